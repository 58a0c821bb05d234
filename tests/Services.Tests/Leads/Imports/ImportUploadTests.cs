using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class ImportUploadTests(PlatformFixture fixture)
{
    [Fact]
    public async Task An_upload_tells_what_was_found()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var import = await client.UploadAsync(Encoding.UTF8.GetBytes("Name;E-post;Telefon;Segment\r\nAnn Lee;ann@lee.se;070-174 06 05;A\r\n"), "C:\\files\\kunder 1.csv");
        Assert.Equal(("kunder 1.csv", "uploaded", ";", "utf-8", true), (
            import["fileName"]!.GetValue<string>(), import["status"]!.GetValue<string>(), import["delimiter"]!.GetValue<string>(),
            import["encoding"]!.GetValue<string>(), import["hasHeader"]!.GetValue<bool>()));
        Assert.Equal(["fullName", "email", "phone", "custom"], import["columns"]!.AsArray().Select(c => c!["suggestedField"]!.GetValue<string>()));
        Assert.Equal("Segment", import["mapping"]!["columns"]![3]!["customName"]!.GetValue<string>());
        Assert.Equal("Ann Lee", import["preview"]![0]![0]!.GetValue<string>());
        Assert.Equal("SE", import["mapping"]!["defaultCountry"]!.GetValue<string>());
        Assert.Single((await client.GetAsync(Importing.Path))["data"]!.AsArray());
    }

    public static TheoryData<string, byte[], string> Refused()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true)) archive.CreateEntry("xl/workbook.xml").Open().Dispose();
        using var gz = new MemoryStream();
        using (var packed = new GZipStream(gz, CompressionLevel.Fastest, leaveOpen: true)) packed.Write("Email\na@b.se\n"u8);
        return new TheoryData<string, byte[], string>
        {
            { "leads.zip", zip.ToArray(), "import_is_archive" },
            { "leads.xlsx", zip.ToArray(), "import_is_archive" },
            { "leads.csv.gz", gz.ToArray(), "import_is_archive" },
            { "leads.pdf", [.. "%PDF-1.7\n"u8, 0, 1, 2], "import_not_text" },
            { "binary.csv", [.. "Email\n"u8, 0, 1, 0, 2, 0, 0, 3], "import_not_text" },
            { "empty.csv", [], "import_empty" },
            { "blank.csv", Utf8("\r\n\r\n ,,\r\n"), "import_empty" },
            { "header.csv", Utf8("Email,Phone\r\n"), "import_empty" },
            { "wide.csv", Utf8(string.Join(',', Enumerable.Range(0, 1001).Select(i => "c" + i)) + "\n" + new string(',', 1000) + "\n"), "import_too_many_columns" },
        };
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task What_is_no_csv_is_refused_with_its_reason(string name, byte[] file, string code)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var response = await client.SendAsync(HttpMethod.Post, Importing.Path, Importing.Form(file, name));
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, code), (response.StatusCode, problem["code"]!.GetValue<string>()));
        Assert.NotEmpty(problem["detail"]!.GetValue<string>());
        Assert.Empty((await client.GetAsync(Importing.Path))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_file_that_grows_too_large_is_refused_and_leaves_nothing()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        // Without a length, so that only reading it tells; a whole file would do the same more slowly.
        using var form = new MultipartFormDataContent { { new StreamContent(new CsvMemoryTests.RepeatingStream(Utf8("Ann,ann@lee.se,0701740605,some more text to fill the row\r\n"), 3_600_000)), "file", "large.csv" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, Importing.Path) { Content = form };
        request.Headers.TransferEncodingChunked = true;
        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "import_too_large"), (response.StatusCode, problem["code"]!.GetValue<string>()));
        Assert.Empty((await client.GetAsync(Importing.Path))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_form_without_a_file_is_refused()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var other = await client.SendAsync(HttpMethod.Post, Importing.Path, new MultipartFormDataContent { { new StringContent("x"), "other" } });
        using var json = await client.SendAsync(HttpMethod.Post, Importing.Path, new { file = "x" });
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.UnsupportedMediaType), (other.StatusCode, json.StatusCode));
    }

    [Fact]
    public async Task A_broken_form_is_refused()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var content = new ByteArrayContent(Utf8("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nEmail\nann@lee.se\n"));
        content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        using var response = await client.Http.PostAsync(Importing.Path, content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty((await client.GetAsync(Importing.Path))["data"]!.AsArray());
    }

    [Fact]
    public async Task The_same_file_under_one_key_is_one_import()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var key = Guid.NewGuid().ToString();
        var first = await client.UploadAsync(Importing.People(3), key: key);
        var second = await client.UploadAsync(Importing.People(3), key: key);
        Assert.Equal(first["id"]!.GetValue<Guid>(), second["id"]!.GetValue<Guid>());
        using var other = await client.SendAsync(HttpMethod.Post, Importing.Path, Importing.Form(Importing.People(4)), key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Single((await client.GetAsync(Importing.Path))["data"]!.AsArray());
    }

    [Fact]
    public async Task Another_tenant_sees_none_of_it()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var stranger = await fixture.Platform.NewTenantAsync();
        var import = await client.MapAsync(await client.UploadAsync(Importing.People(3)));
        var path = $"{Importing.Path}/{import["id"]}";
        foreach (var (method, part, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Put, "/mapping", import["mapping"]), (HttpMethod.Post, "/dry-run", null), (HttpMethod.Post, "/start", null),
            (HttpMethod.Post, "/cancel", null), (HttpMethod.Post, "/undo", null), (HttpMethod.Get, "/rejected.csv", null),
        })
        {
            using var response = await stranger.SendAsync(method, path + part, body);
            Assert.Equal((part, HttpStatusCode.NotFound), (part, response.StatusCode));
        }
        Assert.Empty((await stranger.GetAsync(Importing.Path))["data"]!.AsArray());
        Assert.Equal("ready", (await client.GetAsync(path))["status"]!.GetValue<string>());
    }
}

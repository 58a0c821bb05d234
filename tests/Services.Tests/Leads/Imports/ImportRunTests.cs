using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class ImportRunTests(PlatformFixture fixture)
{
    private const string Mixed = """
        Name,Email,Phone,Deal value,Currency,Segment
        Ann Lee,ann@lee.se,070-174 06 05,"1.234,50",EUR,A
        Bo Ek,not an address,,,,B
        Cy Dahl,cy@dahl.se,,lots,EUR,C
        Ann Again,ANN@LEE.SE,,,,D
        ,,,,,
        =1+1,,,,,E
        """;

    [Fact]
    public async Task Every_row_is_a_lead_or_refused_with_its_reason()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync(Mixed);
        Assert.Equal("completed", done["status"]!.GetValue<string>());
        Assert.Equal((1, 1, 0, 3), done.Counts());
        Assert.Equal((5, 5, 100.0), (done["rowsDone"]!.GetValue<long>(), done["rowsTotal"]!.GetValue<long>(), done["percent"]!.GetValue<double>()));

        var lead = Assert.Single(await client.LeadsAsync());
        Assert.Equal(("Ann Again", "ann@lee.se", "+46701740605", "D"), (
            lead["displayName"]!.GetValue<string>(), lead["email"]!.GetValue<string>(), lead["phone"]!.GetValue<string>(), lead["custom"]!["Segment"]!.GetValue<string>()));
        Assert.Equal((123450, "EUR"), (lead["value"]!["amount"]!.GetValue<long>(), lead["value"]!["currency"]!.GetValue<string>()));
        Assert.Equal((done["id"]!.GetValue<Guid>(), client.UserId), (lead["importId"]!.GetValue<Guid>(), lead["createdBy"]!.GetValue<Guid>()));
        var activity = (await client.GetAsync($"/api/leads/leads/{lead["id"]}/activities"))["data"]![0]!;
        Assert.Equal(("imported", "import"), (activity["type"]!.GetValue<string>(), activity["actorKind"]!.GetValue<string>()));

        using var response = await client.SendAsync(HttpMethod.Get, $"{Importing.Path}/{done["id"]}/rejected.csv");
        var rejected = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var rows = await Rows(rejected, Detect(rejected).Dialect);
        Assert.Equal(["3", "4", "7"], rows.Select(r => r.Fields[6]));
        Assert.Equal(["email", "value", "row"], rows.Select(r => r.Fields[7].Split(':')[0].ToLowerInvariant().Replace("the row has no e-mail address and no phone number.", "row")));
        Assert.Equal("'=1+1", rows[2].Fields[0]);
        Assert.Equal("attachment; filename=leads-rejected.csv; filename*=UTF-8''leads-rejected.csv", response.Content.Headers.GetValues("Content-Disposition").Single());
    }

    [Fact]
    public async Task The_refused_rows_corrected_are_a_file_to_import()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync(Mixed);
        using var response = await client.SendAsync(HttpMethod.Get, $"{Importing.Path}/{done["id"]}/rejected.csv");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var again = await client.ImportAsync(text.TrimStart('\uFEFF').Replace("not an address", "bo@ek.se").Replace("lots", "12"));
        Assert.Equal((2, 0, 0, 1), again.Counts());
        Assert.Equal(["A person without", "Segment"], (await client.LeadsAsync("&q=bo"))[0]["custom"]!.AsObject().Select(c => c.Key).Prepend("A person without"));
    }

    [Fact]
    public async Task A_dry_run_counts_as_the_run_will_and_stores_nothing()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var import = await client.MapAsync(await client.UploadAsync(Mixed));
        var dry = await client.PostAsync($"{Importing.Path}/{import["id"]}/dry-run");
        Assert.Equal((5, 2, 3, 1), (dry["rows"]!.GetValue<long>(), dry["valid"]!.GetValue<long>(), dry["rejected"]!.GetValue<long>(), dry["duplicatesInFile"]!.GetValue<long>()));
        Assert.Equal([3L, 4L, 7L], dry["sampleErrors"]!.AsArray().Select(e => e!["row"]!.GetValue<long>()));
        Assert.Equal(("email", "not an address"), (dry["sampleErrors"]![0]!["field"]!.GetValue<string>(), dry["sampleErrors"]![0]!["value"]!.GetValue<string>()));
        Assert.Equal(0, await client.LeadCountAsync());
        Assert.Equal(5, (await client.GetAsync($"{Importing.Path}/{import["id"]}"))["rowsTotal"]!.GetValue<long>());
    }

    [Fact]
    public async Task The_same_file_again_changes_nothing()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var file = Importing.People(2500);
        Assert.Equal((2500, 0, 0, 0), (await client.ImportAsync(file)).Counts());
        var before = (await client.LeadsAsync()).Select(l => l["updatedAt"]!.ToString()).ToList();
        Assert.Equal((0, 0, 2500, 0), (await client.ImportAsync(file)).Counts());
        Assert.Equal(before, (await client.LeadsAsync()).Select(l => l["updatedAt"]!.ToString()));
    }

    [Fact]
    public async Task Two_imports_of_one_file_at_once_make_no_lead_twice()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var file = Importing.People(6000);
        var imports = await Task.WhenAll(client.UploadAsync(file), client.UploadAsync(file));
        foreach (var import in imports) await client.MapAsync(import);
        await Task.WhenAll(imports.Select(i => client.PostAsync($"{Importing.Path}/{i["id"]}/start")));
        var done = await Task.WhenAll(imports.Select(i => client.EndedAsync(i["id"]!.GetValue<Guid>())));
        Assert.All(done, d => Assert.Equal("completed", d["status"]!.GetValue<string>()));
        Assert.Equal((6000, 6000), (await client.LeadCountAsync(), done.Sum(d => d.Counts().Created)));
        Assert.All(done, d => Assert.Equal(6000, d["rowsDone"]!.GetValue<long>()));
    }

    [Theory]
    [InlineData("update", "Ann Lee", "updated")]
    [InlineData("skip", "Ann", "duplicates")]
    public async Task People_who_are_leads_are_updated_or_left_alone(string policy, string name, string counted)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        await client.PostAsync("/api/leads/leads", new { firstName = "Ann", email = "ann@lee.se" });
        var done = await client.ImportAsync("First name,Last name,Email\nAnn,Lee,ann@lee.se\n", m => m["duplicatePolicy"] = policy);
        Assert.Equal((0, 1), (done["created"]!.GetValue<long>(), done[counted]!.GetValue<long>()));
        Assert.Equal(name, Assert.Single(await client.LeadsAsync())["displayName"]!.GetValue<string>());
    }

    public static TheoryData<string, byte[]> Malformed() => new()
    {
        { "semicolons", Utf8("Name;Email;Notes\nMåns;ann@lee.se;a,b\nBo;bo@ek.se;\n") },
        { "tabs", Utf8("Name\tEmail\tNotes\nMåns\tann@lee.se\ta,b\nBo\tbo@ek.se\t\n") },
        { "Latin-1", Latin1("Name,Email,Notes\nMåns,ann@lee.se,\"a,b\"\nBo,bo@ek.se,\n") },
        { "UTF-8 with a mark", [.. Encoding.UTF8.Preamble, .. Utf8("Name,Email,Notes\nMåns,ann@lee.se,\"a,b\"\nBo,bo@ek.se,\n")] },
        { "UTF-16", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("Name,Email,Notes\nMåns,ann@lee.se,\"a,b\"\nBo,bo@ek.se,\n")] },
        { "UTF-16 the other way", [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes("Name,Email,Notes\nMåns,ann@lee.se,\"a,b\"\nBo,bo@ek.se,\n")] },
        { "a line that tells the separator", Utf8("sep=;\r\nName;Email;Notes\r\nMåns;ann@lee.se;a,b\r\nBo;bo@ek.se;\r\n") },
        { "old Mac line breaks", Utf8("Name,Email,Notes\rMåns,ann@lee.se,\"a,b\"\rBo,bo@ek.se,\r") },
        { "no break at the end", Utf8("Name,Email,Notes\r\nMåns,ann@lee.se,\"a,b\"\r\nBo,bo@ek.se,") },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task It_imports_however_it_is_written(string what, byte[] file)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync(file);
        Assert.Equal((what, (2, 0, 0, 0)), (what, done.Counts()));
        var leads = await client.LeadsAsync();
        Assert.Equal(["Bo", "Måns"], leads.Select(l => l["displayName"]!.GetValue<string>()));
        Assert.Equal("a,b", leads[1]["notes"]!.GetValue<string>());
    }

    [Fact]
    public async Task Line_breaks_in_quotes_are_part_of_the_value()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync("Name,Email,Notes\r\nAnn,ann@lee.se,\"one\r\ntwo \"\"2\"\"\r\n\"\r\nBo,bo@ek.se,x\r\n");
        Assert.Equal((2, 0, 0, 0), done.Counts());
        Assert.Equal("one\ntwo \"2\"", (await client.LeadsAsync())[0]["notes"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_costs_its_row_only()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync("Name,Email,Notes\nAnn,ann@lee.se,a\nBo,bo@ek.se,\"b\nCy,cy@dahl.se,c\nDee,dee@ek.se,d\n");
        Assert.Equal((3, 0, 0, 1), done.Counts());
        Assert.Equal(["Ann", "Cy", "Dee"], (await client.LeadsAsync()).Select(l => l["displayName"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Two_hundred_columns_are_two_hundred_values()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var header = "Email," + string.Join(',', Enumerable.Range(1, 199).Select(i => $"Extra {i}"));
        var done = await client.ImportAsync(header + "\nann@lee.se," + string.Join(',', Enumerable.Range(1, 199).Select(i => $"v{i}")) + "\n");
        Assert.Equal((1, 0, 0, 0), done.Counts());
        var custom = Assert.Single(await client.LeadsAsync())["custom"]!.AsObject();
        Assert.Equal((199, "v199"), (custom.Count, custom["Extra 199"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Zero_characters_far_into_the_file_cost_their_rows_only()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        byte[] file = [.. Importing.People(5000), .. Utf8("Bad\0name,x,y,bad@lee.se,\r\nFine,x,y,fine@lee.se,\r\n")];
        var done = await client.ImportAsync(file);
        Assert.Equal((5001, 0, 0, 1), done.Counts());
        using var response = await client.SendAsync(HttpMethod.Get, $"{Importing.Path}/{done["id"]}/rejected.csv");
        Assert.Contains("zero character", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_whole_sample_becomes_leads()
    {
        var path = SampleFile();
        if (path is null) Assert.Skip("The sample file is not here.");
        using var client = await fixture.Platform.NewTenantAsync();
        var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var done = await client.ImportAsync(file, within: TimeSpan.FromMinutes(2));
        var (created, updated, duplicates, rejected) = done.Counts();
        Assert.Equal(("completed", 10_000L, 0L), (done["status"]!.GetValue<string>(), created + updated + duplicates + rejected, rejected));
        Assert.Equal(created, await client.LeadCountAsync());
        Assert.True(created > 9_990, $"{created} created");
        var again = await client.ImportAsync(file, within: TimeSpan.FromMinutes(2));
        Assert.Equal((0L, 0L, 10_000L, 0L), again.Counts());
    }
}

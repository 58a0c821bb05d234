using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class ImportMappingTests(PlatformFixture fixture)
{
    private const string Text = "Given;E-Mail 1;E-Mail 2;Deal Stage;Score\nAnn;ann@lee.se;a@ek.se;Closed Won;5\nBo;bo@ek.se;;On Hold;6\n";

    [Theory]
    [InlineData("""[{"index":0,"field":"firstname"}]""", "columns[0]", "Given", "firstname")]
    [InlineData("""[{"index":1,"field":"email"},{"index":2,"field":"email"}]""", "columns[2]", "E-Mail 2", "email")]
    [InlineData("""[{"index":1,"field":"email"},{"index":1,"field":"email2"}]""", "columns[1]", "E-Mail 1", "twice")]
    [InlineData("""[{"index":1,"field":"email"},{"index":4,"field":"custom"}]""", "columns[4]", "Score", "name")]
    [InlineData("""[{"index":1,"field":"email"},{"index":9,"field":"notes"}]""", "columns[9]", "9", "column")]
    [InlineData("""[{"index":0,"field":"firstName"}]""", "columns", "e-mail", "phone")]
    public async Task An_error_names_the_column(string columns, string key, string name, string what)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var import = await client.UploadAsync(Text);
        using var response = await client.SendAsync(HttpMethod.Put, $"{Importing.Path}/{import["id"]}/mapping", new JsonObject { ["columns"] = JsonNode.Parse(columns), ["duplicatePolicy"] = "update" });
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var (found, messages) = Assert.Single(problem["errors"]!.AsObject());
        Assert.Equal(key, found);
        Assert.Contains(name, messages![0]!.GetValue<string>());
        Assert.Contains(what, messages[0]!.GetValue<string>());
        Assert.Equal("uploaded", (await client.GetAsync($"{Importing.Path}/{import["id"]}"))["status"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("delimiter", "\"ab\"")]
    [InlineData("encoding", "\"klingon\"")]
    [InlineData("defaultCountry", "\"Atlantis\"")]
    [InlineData("defaultCurrency", "\"XXXX\"")]
    [InlineData("stageMapping", """{"On Hold":"0190c6b0-0000-7000-8000-000000000000"}""", "stageMapping[On Hold]")]
    public async Task What_cannot_be_is_refused(string member, string value, string? key = null)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var import = await client.UploadAsync(Text);
        var mapping = import["mapping"]!.DeepClone();
        mapping[member] = JsonNode.Parse(value);
        using var response = await client.SendAsync(HttpMethod.Put, $"{Importing.Path}/{import["id"]}/mapping", mapping);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal((HttpStatusCode.BadRequest, key ?? member), (response.StatusCode, Assert.Single(problem["errors"]!.AsObject()).Key));
    }

    [Fact]
    public async Task A_mapping_without_columns_looks_at_the_file_again()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var import = await client.UploadAsync(Text);
        var again = await client.PutAsync($"{Importing.Path}/{import["id"]}/mapping", new { columns = Array.Empty<object>(), delimiter = ",", hasHeader = false });
        Assert.Equal(("uploaded", ",", false, 1), (
            again["status"]!.GetValue<string>(), again["delimiter"]!.GetValue<string>(), again["hasHeader"]!.GetValue<bool>(), again["columns"]!.AsArray().Count));
        var back = await client.PutAsync($"{Importing.Path}/{import["id"]}/mapping", new { columns = Array.Empty<object>(), delimiter = ";", hasHeader = true });
        Assert.Equal(5, back["columns"]!.AsArray().Count);
        Assert.Equal("email", back["mapping"]!["columns"]![1]!["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task Stages_are_found_by_choice_then_by_name_and_other_words_are_kept()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var stages = (await client.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray();
        var won = stages.Single(s => s!["name"]!.GetValue<string>() == "Won")!["id"]!.GetValue<Guid>();
        var done = await client.ImportAsync("Name,Email,Stage\nAnn,ann@lee.se,Closed Won\nBo,bo@ek.se,QUALIFIED\nCy,cy@ek.se,On Hold\nDee,dee@ek.se,\n",
            m => m["stageMapping"] = new JsonObject { ["closed won"] = won });
        Assert.Equal((4, 0, 0, 0), done.Counts());
        var leads = await client.LeadsAsync();
        Assert.Equal(["Won", "Qualified", "New", "New"], leads.Select(l => l["stageName"]!.GetValue<string>()));
        Assert.Equal(["won", "qualified", "new", "new"], leads.Select(l => l["status"]!.GetValue<string>()));
        Assert.Equal("On Hold", leads[2]["custom"]!["Stage"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nothing_starts_without_a_mapping_and_nothing_is_mapped_after_the_start()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var import = await client.UploadAsync(Importing.People(2));
        using var early = await client.SendAsync(HttpMethod.Post, $"{Importing.Path}/{import["id"]}/start");
        await client.MapAsync(import);
        await client.PostAsync($"{Importing.Path}/{import["id"]}/start");
        using var late = await client.SendAsync(HttpMethod.Put, $"{Importing.Path}/{import["id"]}/mapping", import["mapping"]!.DeepClone());
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Conflict), (early.StatusCode, late.StatusCode));
        // Asked for twice, done once.
        await client.EndedAsync(import["id"]!.GetValue<Guid>());
        await client.PostAsync($"{Importing.Path}/{import["id"]}/start");
        Assert.Equal(2, await client.LeadCountAsync());
    }
}

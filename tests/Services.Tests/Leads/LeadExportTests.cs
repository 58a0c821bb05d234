using Tideline.Services.Tests.Leads.Imports;
using Tideline.Testing;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads;

public sealed class LeadExportTests(PlatformFixture fixture)
{
    [Fact]
    public async Task Amounts_are_written_as_people_write_them()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        foreach (var (name, amount, currency) in new[] { ("a", 123450L, "EUR"), ("b", 5L, "USD"), ("c", 5000L, "JPY"), ("d", 1234567L, "KWD") })
            await client.PostAsync("/api/leads/leads", new { firstName = name, email = name + "@lee.se", value = new { amount, currency } });
        var (header, rows) = await ExportAsync(client);
        Assert.Equal(["1234.50", "0.05", "5000", "1234.567"], rows.OrderBy(r => r[header["first_name"]]).Select(r => r[header["value"]]));
    }

    [Fact]
    public async Task Owners_and_own_fields_have_columns_and_formulas_are_harmless()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        await client.PostAsync("/api/leads/leads", new { firstName = "=1+1", email = "ann@lee.se", ownerId = client.UserId, custom = new Dictionary<string, string> { ["Tier"] = "gold", ["Account Id"] = "+7" } });
        var (header, rows) = await ExportAsync(client);
        var row = Assert.Single(rows);
        Assert.Equal(("'=1+1", "gold", "'+7", client.UserId.ToString()), (row[header["first_name"]], row[header["custom.Tier"]], row[header["custom.Account Id"]], row[header["owner_id"]]));
        Assert.Equal((await client.GetAsync("/api/identity/me"))["user"]!["email"]!.GetValue<string>(), row[header["owner"]]);
    }

    [Fact]
    public async Task An_export_that_is_imported_changes_nothing()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var stages = (await client.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray();
        await client.PostAsync("/api/leads/leads", new
        {
            firstName = "Ann",
            lastName = "Lee",
            company = "Lee, \"Sons\"; AB",
            email = "Ann@Lee.SE",
            email2 = "a@lee.se",
            phone = "070-174 06 05",
            phone2 = "+1 212 555 0123",
            website = "Lee.se/about",
            country = "Sweden",
            source = "@Fair",
            stageId = stages[3]!["id"]!.GetValue<Guid>(),
            value = new { amount = 99_999_999, currency = "SEK" },
            notes = "=one\r\n\"two\"\n\n- three",
            ownerId = client.UserId,
            custom = new Dictionary<string, string> { ["Tier"] = "-gold", ["Note"] = "a\nb" },
        });
        await client.PostAsync("/api/leads/leads", new { email = "only@an.address.se" });
        await client.PostAsync("/api/leads/leads", new { firstName = "'=quoted", phone = "070-174 06 06", value = new { amount = 5000, currency = "JPY" } });
        await client.PostAsync("/api/leads/leads", new { company = "Switchboard AB", phone = "070-174 06 07 ext 12", email = "x12@switch.se" });
        var before = (await client.LeadsAsync()).Select(Own).ToList();

        using var response = await client.SendAsync(HttpMethod.Get, "/api/leads/leads/export.csv");
        var done = await client.ImportAsync(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, 0, 4, 0), done.Counts());
        Assert.Equal(before, (await client.LeadsAsync()).Select(Own));
    }

    // Without what other services add in their own time.
    private static string Own(System.Text.Json.Nodes.JsonNode lead)
    {
        var own = lead.DeepClone().AsObject();
        own.Remove("customerId");
        own.Remove("version");
        return own.ToJsonString();
    }

    [Fact]
    public async Task What_is_imported_elsewhere_is_the_same_there()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        using var other = await fixture.Platform.NewTenantAsync("DE");
        await client.ImportAsync("Name,Email,Phone,Value,Currency,Created,Tier\nAnn Lee,ann@lee.se,070-174 06 05,1234.5,EUR,2024-01-31,gold\n");
        using var response = await client.SendAsync(HttpMethod.Get, "/api/leads/leads/export.csv");
        await other.ImportAsync(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(Shown(Assert.Single(await client.LeadsAsync())), Shown(Assert.Single(await other.LeadsAsync())));

        static string Shown(System.Text.Json.Nodes.JsonNode l) =>
            $"{l["displayName"]} {l["email"]} {l["phone"]} {l["value"]!.ToJsonString()} {l["createdAt"]} {l["custom"]!.ToJsonString()} {l["stageName"]}";
    }

    private static async Task<(Dictionary<string, int> Header, List<string[]> Rows)> ExportAsync(ApiClient client)
    {
        using var response = await client.SendAsync(HttpMethod.Get, "/api/leads/leads/export.csv");
        var file = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var found = Detect(file);
        return (found.Columns.Select((name, index) => (name, index)).ToDictionary(c => c.name, c => c.index), [.. (await Rows(file, found.Dialect)).Select(r => r.Fields)]);
    }
}

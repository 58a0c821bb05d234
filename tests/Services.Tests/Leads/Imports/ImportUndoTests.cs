using System.Net;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class ImportUndoTests(PlatformFixture fixture)
{
    [Fact]
    public async Task Undoing_removes_what_was_created_and_restores_what_was_changed()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        await client.PostAsync("/api/leads/leads", new { firstName = "Ann", company = "Lee AB", email = "ann@lee.se", custom = new Dictionary<string, string> { ["Tier"] = "gold" } });
        var done = await client.ImportAsync("First name,Company,Email,Phone,Tier,Size\nAnna,Lee Group,ann@lee.se,070-174 06 05,silver,9\nBo,Ek,bo@ek.se,,bronze,1\n");
        Assert.Equal((1, 1, 0, 0), done.Counts());

        var undone = await UndoAsync(client, done["id"]!.GetValue<Guid>());
        Assert.Equal((1, 1, 0), (undone["undo"]!["removed"]!.GetValue<long>(), undone["undo"]!["restored"]!.GetValue<long>(), undone["undo"]!["kept"]!.GetValue<long>()));
        var lead = Assert.Single(await client.LeadsAsync());
        Assert.Equal(("Ann", "Lee AB", "ann@lee.se"), (lead["firstName"]!.GetValue<string>(), lead["company"]!.GetValue<string>(), lead["email"]!.GetValue<string>()));
        Assert.Null(lead["phone"]);
        Assert.Equal("Tier", Assert.Single(lead["custom"]!.AsObject()).Key);
        Assert.Equal("gold", lead["custom"]!["Tier"]!.GetValue<string>());

        // The number that came with the import finds nobody any more.
        var other = await client.PostAsync("/api/leads/leads", new { firstName = "Cy", phone = "070-174 06 05" });
        Assert.NotEqual(lead["id"]!.GetValue<Guid>(), other["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task Leads_on_which_somebody_has_worked_are_kept_and_listed()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var done = await client.ImportAsync(Importing.People(1200));
        var id = done["id"]!.GetValue<Guid>();
        var leads = await client.LeadsAsync($"&importId={id}");
        await client.PatchAsync($"/api/leads/leads/{leads[0]["id"]}", new { notes = "A promising person" });
        await client.PostAsync($"/api/leads/leads/{leads[1]["id"]}/activities", new { type = "call", text = "Spoke to her" });
        var again = await client.ImportAsync($"Email,Company\n{leads[2]["email"]},Changed by another file\n");
        Assert.Equal((0, 1, 0, 0), again.Counts());

        var undone = await UndoAsync(client, id);
        Assert.Equal((1197, 3), (undone["undo"]!["removed"]!.GetValue<long>(), undone["undo"]!["kept"]!.GetValue<long>()));
        Assert.Equal(leads.Take(3).Select(l => l["id"]!.GetValue<Guid>()).Order(), (await client.LeadsAsync($"&importId={id}")).Select(l => l["id"]!.GetValue<Guid>()).Order());
        Assert.Equal(3, await client.LeadCountAsync());
    }

    [Fact]
    public async Task A_value_changed_by_hand_since_stays()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync("/api/leads/leads", new { firstName = "Ann", company = "Lee AB", email = "ann@lee.se" });
        var done = await client.ImportAsync("First name,Company,Email\nAnna,Lee Group,ann@lee.se\n");
        await client.PatchAsync($"/api/leads/leads/{ann["id"]}", new { company = "Lee Holding" });
        await UndoAsync(client, done["id"]!.GetValue<Guid>());
        var lead = Assert.Single(await client.LeadsAsync());
        Assert.Equal(("Ann", "Lee Holding"), (lead["firstName"]!.GetValue<string>(), lead["company"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Undoing_is_final_and_only_for_what_was_started()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var import = await client.MapAsync(await client.UploadAsync(Importing.People(3)));
        var path = $"{Importing.Path}/{import["id"]}";
        using var early = await client.SendAsync(HttpMethod.Post, path + "/undo");
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        await client.PostAsync(path + "/start");
        await client.EndedAsync(import["id"]!.GetValue<Guid>());
        await UndoAsync(client, import["id"]!.GetValue<Guid>());
        using var again = await client.SendAsync(HttpMethod.Post, path + "/undo");
        using var start = await client.SendAsync(HttpMethod.Post, path + "/start");
        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (again.StatusCode, start.StatusCode));
        Assert.Equal(0, await client.LeadCountAsync());
    }

    [Fact]
    public async Task A_file_that_was_undone_can_be_imported_again()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var file = Importing.People(50);
        await UndoAsync(client, (await client.ImportAsync(file))["id"]!.GetValue<Guid>());
        Assert.Equal((50, 0, 0, 0), (await client.ImportAsync(file)).Counts());
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> UndoAsync(ApiClient client, Guid id)
    {
        await client.PostAsync($"{Importing.Path}/{id}/undo");
        return await Eventually.Get(() => client.GetAsync($"{Importing.Path}/{id}"), i => i["status"]!.GetValue<string>() == "undone", "the import is undone", TimeSpan.FromSeconds(60));
    }
}

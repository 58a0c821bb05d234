using System.Net;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads;

/// <summary>A lead changes as its people say, nothing of theirs is lost, and the timeline tells who, when, before and after.</summary>
public sealed class EditLeadTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads";

    [Fact]
    public async Task What_is_absent_stays_and_the_timeline_has_before_and_after()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var lead = await SettledAsync(client, await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se", value = new { amount = 100, currency = "SEK" }, custom = new { tier = "gold", size = "9" } }));
        var edited = await client.PatchAsync($"{Leads}/{lead["id"]}", new { company = "Lee AB", custom = new { tier = "silver" } });
        Assert.Equal(("Ann", "Lee AB", "ann@lee.se", 100L, "silver", "9"),
            (edited.Text("firstName"), edited.Text("company"), edited.Text("email"), edited["value"]!.Number("amount"), edited["custom"]!.Text("tier"), edited["custom"]!.Text("size")));
        var line = (await client.GetAsync($"{Leads}/{lead["id"]}/activities")).Data()[0];
        Assert.Equal(("updated", client.UserId, "user"), (line.Text("type"), line.Id("actorId"), line.Text("actorKind")));
        Assert.Equal(["company: -> Lee AB", "custom.tier: gold-> silver"], line["changes"]!.AsArray().Select(c => $"{c!.Text("field")}: {c!.Text("before")}-> {c!.Text("after")}"));
        // The same once more is no change.
        await client.PatchAsync($"{Leads}/{lead["id"]}", new { company = "Lee AB" });
        Assert.Equal(line.Id(), (await client.GetAsync($"{Leads}/{lead["id"]}/activities")).Data()[0].Id());
    }

    [Fact]
    public async Task A_version_that_is_not_the_newest_changes_and_deletes_nothing()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var lead = await SettledAsync(client, await client.PostAsync(Leads, new { email = "ann@lee.se" }));
        var (path, old) = ($"{Leads}/{lead["id"]}", $"\"{lead["version"]}\"");
        var first = await client.TryAsync(HttpMethod.Patch, path, new { company = "First" }, ifMatch: old);
        Assert.Equal(HttpStatusCode.OK, first.Status);
        var second = await client.TryAsync(HttpMethod.Patch, path, new { company = "Second" }, ifMatch: old);
        Assert.Equal((HttpStatusCode.PreconditionFailed, "stale_version"), (second.Status, second.Body.Text("code")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.TryAsync(HttpMethod.Delete, path, ifMatch: old)).Status);
        Assert.Equal("First", (await client.GetAsync(path)).Text("company"));
        Assert.Equal(("if-Match", HttpStatusCode.BadRequest), await WrongAsync(client, path));
        Assert.Equal(HttpStatusCode.NoContent, (await client.TryAsync(HttpMethod.Delete, path, ifMatch: $"\"{first.Body["version"]}\"")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await client.TryAsync(HttpMethod.Get, path)).Status);

        static async Task<(string, HttpStatusCode)> WrongAsync(ApiClient client, string path)
        {
            var (status, body) = await client.TryAsync(HttpMethod.Patch, path, new { company = "x" }, ifMatch: "\"seven\"");
            return (body.Fields().Single(), status);
        }
    }

    [Fact]
    public async Task Of_twenty_changes_to_one_version_one_is_made()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var lead = await SettledAsync(client, await client.PostAsync(Leads, new { email = "ann@lee.se" }));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => client.TryAsync(HttpMethod.Patch, $"{Leads}/{lead["id"]}", new { company = $"Company {i}" }, ifMatch: $"\"{lead["version"]}\"")));
        var made = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Equal(HttpStatusCode.PreconditionFailed, a.Status));
        Assert.Equal(made.Body.Text("company"), (await client.GetAsync($"{Leads}/{lead["id"]}")).Text("company"));
    }

    [Theory]
    [InlineData("email", "{\"email\":\"bo@lee.se\"}")]
    [InlineData("email2", "{\"email2\":\"BO@lee.se\"}")]
    [InlineData("phone", "{\"phone\":\"08-123 456\"}")]
    public async Task The_address_of_another_lead_is_refused_and_that_lead_is_named(string field, string body)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync(Leads, new { email = "ann@lee.se" });
        var bo = await client.PostAsync(Leads, new { email = "bo@lee.se", phone = "08-123 456" });
        var (status, problem) = await client.TryAsync(HttpMethod.Patch, $"{Leads}/{ann["id"]}", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.Conflict, "lead_exists", field, bo.Id()), (status, problem.Text("code"), problem.Fields().Single(), problem.Id("leadId")));
    }

    [Fact]
    public async Task A_corrected_address_finds_the_lead_and_the_wrong_one_does_not_any_more()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await SettledAsync(client, await client.PostAsync(Leads, new { email = "wrong@lee.se" }));
        await client.PatchAsync($"{Leads}/{ann["id"]}", new { email = "ann@lee.se" });
        Assert.Equal(ann.Id(), (await client.PostAsync(Leads, new { email = "ann@lee.se" })).Id());
        Assert.NotEqual(ann.Id(), (await client.PostAsync(Leads, new { email = "wrong@lee.se" })).Id());
    }

    [Fact]
    public async Task Notes_calls_and_tasks_stand_on_the_timeline_newest_first()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var lead = await client.PostAsync(Leads, new { email = "ann@lee.se" });
        var path = $"{Leads}/{lead["id"]}/activities";
        for (var i = 0; i < 7; i++) await client.PostAsync(path, new { type = i % 2 == 0 ? "note" : "call", text = $"Line {i}" });
        var task = await client.PostAsync(path, new { type = "task", text = "Call back", dueAt = "2030-01-02T10:00:00+02:00" });
        Assert.Equal("2030-01-02T08:00:00", task["data"]!.Text("dueAt")[..19]);
        var lines = await client.AllAsync(path, limit: 3);
        Assert.Equal(["Call back", "Line 6", "Line 5", "Line 4", "Line 3", "Line 2", "Line 1", "Line 0", "Lead created"], lines.Select(l => l.Text("summary")));
        foreach (var (field, body) in new (string, object)[]
        {
            ("type", new { type = "updated", text = "x" }), ("text", new { type = "note", text = "  " }), ("text", new { type = "note", text = new string('a', 10_001) }),
            ("dueAt", new { type = "note", text = "x", dueAt = "2030-01-02T10:00:00Z" }),
        })
            Assert.Equal([field], (await client.TryAsync(HttpMethod.Post, path, body)).Body.Fields());
        var key = Guid.NewGuid().ToString();
        await client.PostAsync(path, new { type = "note", text = "Once" }, key);
        await client.PostAsync(path, new { type = "note", text = "Once" }, key);
        Assert.Single(await client.AllAsync(path), l => l.Text("summary") == "Once");
    }

    [Fact]
    public async Task Who_comes_again_after_being_deleted_is_a_new_lead_of_the_same_person()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var first = await SettledAsync(client, await client.PostAsync(Leads, new { email = "ann@lee.se" }));
        await client.TryAsync(HttpMethod.Delete, $"{Leads}/{first["id"]}");
        using var response = await client.SendAsync(HttpMethod.Post, Leads, new { email = "ann@lee.se" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var second = await SettledAsync(client, await ApiClient.ReadAsync(response));
        Assert.NotEqual(first.Id(), second.Id());
        Assert.Equal(first.Id("customerId"), second.Id("customerId"));
    }

    private static Task<System.Text.Json.Nodes.JsonNode> SettledAsync(ApiClient client, System.Text.Json.Nodes.JsonNode lead) => client.SettledAsync(lead.Id());
}

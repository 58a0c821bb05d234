using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads;

/// <summary>Where leads stand, and how they move: the status is always that of the stage.</summary>
public sealed class PipelineTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads", Pipelines = "/api/leads/pipelines";

    [Fact]
    public async Task Twenty_who_look_first_at_once_see_one_pipeline()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var seen = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetAsync(Pipelines)));
        Assert.Single(seen.Select(p => p.ToJsonString()).Distinct());
        Assert.Equal(7, Assert.Single(seen[0].AsArray())!["stages"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_lost_lead_keeps_its_reason_until_it_is_taken_up_again()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var stages = await StagesAsync(client);
        var lead = await client.SettledAsync((await client.PostAsync(Leads, new { email = "ann@lee.se" })).Id());
        var lost = await MoveAsync(client, lead, stages["Lost"], "Too dear");
        Assert.Equal(("Lost", "lost", "Too dear"), (lost.Text("stageName"), lost.Text("status"), lost.Text("lostReason")));
        // There again, with nothing said about the reason.
        Assert.Equal("Too dear", (await MoveAsync(client, lead, stages["Lost"], null)).Text("lostReason"));
        await client.PostAsync(Leads + "/bulk", new { ids = new[] { lead.Id() }, set = new { stageId = stages["Lost"] } });
        Assert.Equal("Too dear", (await client.GetAsync($"{Leads}/{lead["id"]}")).Text("lostReason"));
        Assert.Single((await client.GetAsync($"{Leads}/{lead["id"]}/activities")).Data(), a => a.Text("type") == "stage_changed");
        Assert.Equal("Out of budget", (await MoveAsync(client, lead, stages["Lost"], "Out of budget")).Text("lostReason"));
        var open = await MoveAsync(client, lead, stages["Contacted"], "not for an open one");
        Assert.Equal(("working", ""), (open.Text("status"), open.Text("lostReason")));
        var change = (await client.GetAsync($"{Leads}/{lead["id"]}/activities")).Data()[0];
        Assert.Equal(("Moved from Lost to Contacted", "Lost", "Contacted"), (change.Text("summary"), change["changes"]![0]!.Text("before"), change["changes"]![0]!.Text("after")));
    }

    [Fact]
    public async Task Where_there_is_no_such_stage_nothing_moves()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var other = await fixture.Platform.NewTenantAsync();
        var foreign = (await StagesAsync(other))["Won"];
        var lead = await client.PostAsync(Leads, new { email = "ann@lee.se" });
        foreach (var (path, body) in new (string, object)[]
        {
            ($"/{lead["id"]}/stage", new { stageId = foreign }), ("/bulk", new { ids = new[] { lead.Id() }, set = new { stageId = foreign } }), ("", new { email = "bo@lee.se", stageId = foreign }),
        })
        {
            var (status, problem) = await client.TryAsync(HttpMethod.Post, Leads + path, body);
            Assert.Equal((HttpStatusCode.BadRequest, "stageId"), (status, problem.Fields().Single()));
        }
        Assert.Equal("new", (await client.GetAsync($"{Leads}/{lead["id"]}")).Text("status"));
    }

    [Fact]
    public async Task Stages_are_renamed_exchanged_added_and_taken_away()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var pipeline = (await client.GetAsync(Pipelines))[0]!;
        var before = pipeline["stages"]!.AsArray().Select(s => s!).ToList();
        // The second and third exchange names; the fourth goes, and a new one takes its name.
        var answer = await PutAsync(client, pipeline,
        [
            Stage(before[0]), Stage(before[1], before[2].Text("name")), Stage(before[2], before[1].Text("name")),
            new JsonObject { ["name"] = before[3].Text("name"), ["probability"] = 61, ["status"] = "qualified" }, Stage(before[5]), Stage(before[6]),
        ]);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var after = answer.Body[0]!["stages"]!.AsArray().Select(s => s!).ToList();
        Assert.Equal(["New", "Qualified", "Contacted", "Proposal", "Won", "Lost"], after.Select(s => s.Text("name")));
        Assert.Equal((before[1].Id(), before[2].Id()), (after[1].Id(), after[2].Id()));
        Assert.DoesNotContain(before[3].Id(), after.Select(s => s.Id()));
    }

    [Fact]
    public async Task A_stage_on_which_leads_stand_neither_goes_nor_changes_its_status()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var pipeline = (await client.GetAsync(Pipelines))[0]!;
        var stages = pipeline["stages"]!.AsArray().Select(s => s!).ToList();
        await client.PostAsync(Leads, new { email = "ann@lee.se", stageId = stages[3].Id() });
        var without = await PutAsync(client, pipeline, [.. stages.Where(s => s != stages[3]).Select(s => Stage(s))]);
        Assert.Equal((HttpStatusCode.Conflict, "stage_in_use"), (without.Status, without.Body.Text("code")));
        var other = await PutAsync(client, pipeline, [.. stages.Select(s => Stage(s, status: s == stages[3] ? "won" : null))]);
        Assert.Equal((HttpStatusCode.Conflict, "stage_in_use"), (other.Status, other.Body.Text("code")));
        Assert.Equal(stages.Select(s => s.Text("name")), (await StagesAsync(client)).Keys);
    }

    [Theory]
    [InlineData("body", "[]")]
    [InlineData("name", """[{"name":"A","probability":1,"status":"new"},{"name":" a ","probability":1,"status":"new"}]""")]
    [InlineData("id", """[{"id":"0198c0de-0000-7000-8000-000000000000","name":"A","probability":1,"status":"new"}]""")]
    [InlineData("status", """[{"name":"A","probability":1,"status":"open"}]""")]
    [InlineData("probability", """[{"name":"A","probability":101,"status":"new"}]""")]
    [InlineData("name", """[{"name":"  ","probability":1,"status":"new"}]""")]
    public async Task Stages_that_cannot_be_are_refused_by_name(string field, string body)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var pipeline = (await client.GetAsync(Pipelines))[0]!;
        var (status, problem) = await client.TryAsync(HttpMethod.Put, $"{Pipelines}/{pipeline["id"]}/stages", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(problem.Fields(), f => f.Split('.')[^1] == field);
        Assert.Equal(7, (await StagesAsync(client)).Count);
    }

    [Fact]
    public async Task Many_leads_get_an_owner_and_a_stage_at_once_and_each_timeline_says_so()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var stages = await StagesAsync(client);
        var made = await client.PostAsync(Leads + "/batch", new { leads = Enumerable.Range(0, 20).Select(i => new { email = $"p{i}@lee.se" }) });
        var ids = made["results"]!.AsArray().Select(r => r!.Id()).ToList();
        foreach (var id in ids) await client.SettledAsync(id);
        var answer = await client.PostAsync(Leads + "/bulk", new { ids = ids.Append(Guid.NewGuid()), set = new { ownerId = client.UserId, stageId = stages["Won"] } });
        Assert.Equal(20, answer.Number("updated"));
        Assert.All(await client.AllAsync(Leads), l => Assert.Equal(("won", client.UserId), (l.Text("status"), l.Id("ownerId"))));
        var types = (await client.GetAsync($"{Leads}/{ids[7]}/activities")).Data().Select(a => a.Text("type"));
        Assert.Equal(["assigned", "created", "stage_changed"], types.Order());
        foreach (var (field, body) in new (string, object)[]
        {
            ("ids", new { ids = Array.Empty<Guid>(), set = new { ownerId = client.UserId } }),
            ("ids", new { ids = Enumerable.Range(0, 1001).Select(_ => Guid.NewGuid()), set = new { ownerId = client.UserId } }),
            ("set", new { ids, set = new { } }),
        })
            Assert.Equal(field, (await client.TryAsync(HttpMethod.Post, Leads + "/bulk", body)).Body.Fields().Single());
    }

    private static async Task<Dictionary<string, Guid>> StagesAsync(ApiClient client) =>
        (await client.GetAsync(Pipelines))[0]!["stages"]!.AsArray().ToDictionary(s => s!.Text("name"), s => s!.Id());

    private static Task<JsonNode> MoveAsync(ApiClient client, JsonNode lead, Guid stage, string? reason) =>
        client.PostAsync($"{Leads}/{lead["id"]}/stage", new { stageId = stage, lostReason = reason });

    private static JsonObject Stage(JsonNode stage, string? name = null, string? status = null) => new()
    {
        ["id"] = stage.Text("id"),
        ["name"] = name ?? stage.Text("name"),
        ["probability"] = stage.Number("probability"),
        ["status"] = status ?? stage.Text("status"),
    };

    private static Task<(HttpStatusCode Status, JsonNode Body)> PutAsync(ApiClient client, JsonNode pipeline, JsonObject[] stages) =>
        client.TryAsync(HttpMethod.Put, $"{Pipelines}/{pipeline["id"]}/stages", new JsonArray([.. stages]));
}

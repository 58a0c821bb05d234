using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Assignment;

/// <summary>The first rule that matches decides, and says why; and everybody gets their share.</summary>
public sealed class RuleTests(PlatformFixture fixture)
{
    [Fact]
    public async Task Rules_are_tried_in_their_order_and_each_says_why()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 2);
        var pools = new List<JsonNode>();
        for (var i = 0; i < 3; i++) pools.Add(await desk.PoolAsync($"Pool {i}", new { userId = desk.People[i] }));
        var fair = await desk.RuleAsync("Fairs", pools[0], conditions: new { field = "source", op = "eq", value = "fair" });
        var big = await desk.RuleAsync("Big", pools[1], conditions: [new { field = "value", op = "gt", value = 1000 }, new { field = "custom.tier", op = "in", value = new[] { "gold", "silver" } }]);
        var rest = await desk.RuleAsync("Rest", pools[2], "least_loaded");

        async Task<(Guid Owner, JsonNode Decision)> GiveAsync(object lead)
        {
            var id = (await desk.Owner.PostAsync(Desk.Leads, lead)).Id();
            return (await desk.OwnerOfAsync(id), Assert.Single((await desk.Owner.GetAsync($"{Desk.Api}/assignments?leadId={id}")).Data()));
        }

        var (first, why) = await GiveAsync(new { email = "a@lee.se", source = "FAIR", value = new { amount = 999_999, currency = "SEK" }, custom = new { tier = "gold" } });
        Assert.Equal((desk.People[0], fair.Id(), "round_robin"), (first, why.Id("ruleId"), why.Text("strategy")));
        Assert.Equal("Rule \"Fairs\" matches: source eq \"fair\"; next in turn in \"Pool 0\".", why.Text("reason"));
        var (second, _) = await GiveAsync(new { email = "b@lee.se", value = new { amount = 100_001, currency = "SEK" }, custom = new { tier = "Gold" } });
        Assert.Equal(desk.People[1], second);
        // What people see is compared: five thousand yen have no decimals, and 999.99 crowns are less than a thousand.
        Assert.Equal(desk.People[1], (await GiveAsync(new { email = "c@lee.se", value = new { amount = 5000, currency = "JPY" }, custom = new { tier = "silver" } })).Owner);
        var (small, smallWhy) = await GiveAsync(new { email = "d@lee.se", value = new { amount = 99_999, currency = "SEK" }, custom = new { tier = "gold" } });
        Assert.Equal((desk.People[2], "Rule \"Rest\" takes every lead; fewest open leads in \"Pool 2\"."), (small, smallWhy.Text("reason")));

        // Said beforehand, nothing changed; and the reason stands on the lead's own timeline.
        var dry = await desk.Owner.PostAsync(Desk.Api + "/dry-run", new { lead = new { source = "web", value = new { amount = 100_000, currency = "SEK" } } });
        Assert.Equal((rest.Id(), desk.People[2]), (dry.Id("matchedRuleId"), dry.Id("agentId")));
        Assert.Equal(
            ["Does not hold: source eq \"fair\" (the lead has \"web\")", "Does not hold: value gt 1000 (the lead has \"1000\")", "Rule \"Rest\" takes every lead; fewest open leads in \"Pool 2\"."],
            dry["explanation"]!.AsArray().Select(e => e!.Text("why")));
        Assert.Equal(4, (await desk.Owner.AllAsync(Desk.Api + "/assignments")).Count);

        // Another order, and a rule that rests.
        await desk.Owner.PutAsync(Desk.Api + "/rules/order", new { ids = new[] { big.Id(), rest.Id(), fair.Id() } });
        Assert.Equal(desk.People[2], (await GiveAsync(new { email = "e@lee.se", source = "fair" })).Owner);
        await desk.Owner.PatchAsync($"{Desk.Api}/rules/{rest["id"]}", new { enabled = false });
        Assert.Equal(desk.People[0], (await GiveAsync(new { email = "f@lee.se", source = "fair" })).Owner);
        var whole = Assert.Single((await desk.Owner.GetAsync($"{Desk.Leads}?q=f@lee.se")).Data());
        Assert.Contains((await desk.Owner.GetAsync($"{Desk.Leads}/{whole["id"]}/activities")).Data(), a => a.Text("type") == "assigned" && a.Text("summary").StartsWith("Rule \"Fairs\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("strategy", """{"name":"R","strategy":"dice","poolId":"$"}""")]
    [InlineData("poolId", """{"name":"R","strategy":"round_robin","poolId":"0198c0de-0000-7000-8000-000000000000"}""")]
    [InlineData("name", """{"name":" ","strategy":"round_robin","poolId":"$"}""")]
    [InlineData("conditions[1]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"source","op":"eq","value":"a"},{"field":"mood","op":"eq","value":"a"}]}""")]
    [InlineData("conditions[0]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"source","op":"like","value":"a"}]}""")]
    [InlineData("conditions[0]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"value","op":"gt","value":"much"}]}""")]
    [InlineData("conditions[0]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"source","op":"in","value":[]}]}""")]
    [InlineData("conditions[0]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"source","op":"exists","value":"yes"}]}""")]
    [InlineData("conditions[0]", """{"name":"R","strategy":"round_robin","poolId":"$","conditions":[{"field":"source","op":"eq","value":null}]}""")]
    public async Task A_rule_that_cannot_be_is_refused_by_name(string field, string body)
    {
        using var desk = await Desk.OpenAsync(fixture);
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[0] });
        var (status, problem) = await desk.Owner.TryAsync(HttpMethod.Post, Desk.Api + "/rules", new StringContent(body.Replace("$", pool.Text("id"), StringComparison.Ordinal), Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.Fields().Single()));
        Assert.Empty((await desk.Owner.GetAsync(Desk.Api + "/rules")).Data());
    }

    [Fact]
    public async Task Three_hundred_leads_that_come_at_once_are_shared_to_one()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 3);
        var pool = await desk.PoolAsync("Sales", desk.People.Select(userId => new { userId }));
        await desk.RuleAsync("All", pool);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            if (i % 2 == 0) await desk.AddAsync(9);
            else await desk.Owner.PostAsync(Desk.Leads, new { email = $"single{i}@lee.se" });
        }));
        var shares = await desk.SharesAsync(300);
        Assert.Equal(4, shares.Count);
        Assert.All(shares.Values, share => Assert.Equal(75, share));
        // Who owns a lead is who was decided on, and whose open item it is.
        var leads = await desk.Owner.AllAsync(Desk.Leads);
        Assert.Equal(shares.OrderBy(s => s.Key), leads.GroupBy(l => l.Id("ownerId")).ToDictionary(g => g.Key, g => g.Count()).OrderBy(s => s.Key));
        Assert.All((await desk.Owner.GetAsync(Desk.Api + "/workload")).AsArray(), w => Assert.Equal((75L, 75L), (w!.Number("openItems"), w!.Number("assignedToday"))));
    }

    [Fact]
    public async Task Weights_availability_and_capacity_are_kept()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 3);
        var (three, one, away, full) = (desk.People[0], desk.People[1], desk.People[2], desk.People[3]);
        var pool = await desk.PoolAsync("Sales", new { userId = three, weight = 3 }, new { userId = one }, new { userId = away, available = false }, new { userId = full, capacity = 2, weight = 100 });
        await desk.RuleAsync("All", pool);
        for (var i = 0; i < 3; i++) await desk.AddAsync(14);
        var shares = await desk.SharesAsync(42);
        Assert.False(shares.ContainsKey(away));
        Assert.Equal((30, 10, 2), (shares[three], shares[one], shares[full]));
    }

    [Fact]
    public async Task The_least_loaded_gets_the_next_and_what_is_done_does_not_count()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 1);
        var pool = await desk.PoolAsync("Sales", desk.People.Select(userId => new { userId }));
        await desk.RuleAsync("All", pool, "least_loaded");
        var leads = await desk.AddAsync(6);
        Assert.All((await desk.SharesAsync(6)).Values, share => Assert.Equal(3, share));
        // One of them finishes all of theirs: the next three are theirs, too.
        var done = desk.People[1];
        foreach (var lead in leads) if (await desk.OwnerOfAsync(lead) == done) await desk.MoveAsync(lead, "won");
        await Eventually.Get(() => desk.Owner.GetAsync(Desk.Api + "/workload"), w => w.AsArray().Single(u => u!.Id("userId") == done)!.Number("openItems") == 0, "nothing is open");
        await desk.AddAsync(3);
        Assert.Equal(6, (await desk.SharesAsync(9))[done]);
    }

    [Fact]
    public async Task Rules_and_pools_that_change_while_leads_come_in_lose_none_and_give_none_twice()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 2);
        var pool = await desk.PoolAsync("Sales", desk.People.Select(userId => new { userId }));
        var rule = await desk.RuleAsync("All", pool);
        var second = await desk.RuleAsync("Behind", pool, "least_loaded", new { field = "source", op = "exists", value = true });
        var adding = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => desk.AddAsync(5)));
        for (var i = 0; !adding.IsCompleted || i < 8; i++)
        {
            await desk.Owner.TryAsync(HttpMethod.Patch, $"{Desk.Api}/rules/{rule["id"]}", new { enabled = i % 2 == 0 });
            await desk.Owner.TryAsync(HttpMethod.Patch, $"{Desk.Api}/rules/{second["id"]}", new { enabled = i % 3 != 0 });
            Assert.Equal(HttpStatusCode.OK, (await desk.Owner.TryAsync(HttpMethod.Put, $"{Desk.Api}/pools/{pool["id"]}/members", desk.People.Skip(i % 3).Select(userId => new { userId, weight = 1 + i % 4 }))).Status);
        }
        await adding;
        await desk.Owner.TryAsync(HttpMethod.Patch, $"{Desk.Api}/rules/{rule["id"]}", new { enabled = true });
        var shares = await desk.SharesAsync(100);
        Assert.Equal(100, shares.Values.Sum());
        await desk.WaitingAsync(0);
        var leads = (await desk.Owner.AllAsync(Desk.Leads)).ToDictionary(l => l.Id(), l => l.Id("ownerId"));
        Assert.All(await desk.Owner.AllAsync(Desk.Api + "/assignments"), d => Assert.Equal(d.Id("agentId"), leads[d.Id("leadId")]));
    }
}

using System.Net;
using Tideline.Testing;

namespace Tideline.Services.Tests.Assignment;

/// <summary>Leads for which there is nobody wait, and are given out as soon as there is somebody; by hand they go where people say.</summary>
public sealed class WaitingTests(PlatformFixture fixture)
{
    [Fact]
    public async Task A_lead_that_no_rule_takes_waits_with_the_reason_until_one_does()
    {
        using var desk = await Desk.OpenAsync(fixture);
        var lead = (await desk.AddAsync(1, "web")).Single();
        Assert.Equal("No rule matches.", (await desk.WaitingAsync(1)).Data()[0].Text("reason"));
        var pool = await desk.PoolAsync("Sales");
        var rule = await desk.RuleAsync("All", pool);
        var reason = await Eventually.Get(() => desk.Owner.GetAsync(Desk.Api + "/queue"), q => q.Data().SingleOrDefault()?.Text("reason").Contains("nobody", StringComparison.Ordinal) == true, "another reason");
        Assert.Equal("Rule \"All\" matches, but nobody in \"Sales\" is free.", reason.Data()[0].Text("reason"));
        await desk.Owner.PutAsync($"{Desk.Api}/pools/{pool["id"]}/members", new[] { new { userId = desk.People[0] } });
        Assert.Equal(desk.People[0], await desk.OwnerOfAsync(lead));
        await desk.WaitingAsync(0);
    }

    [Fact]
    public async Task A_lead_that_changes_so_that_a_rule_takes_it_is_given_out()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 1);
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[1] });
        await desk.RuleAsync("Fairs", pool, conditions: new { field = "source", op = "eq", value = "fair" });
        var leads = await desk.AddAsync(3, "web");
        await desk.WaitingAsync(3);
        await desk.Owner.PatchAsync($"{Desk.Leads}/{leads[0]}", new { source = "fair" });
        Assert.Equal(desk.People[1], await desk.OwnerOfAsync(leads[0]));
        // Somebody says whose it is in the same change: then it is theirs.
        await desk.Owner.PatchAsync($"{Desk.Leads}/{leads[1]}", new { source = "fair", ownerId = desk.People[0] });
        var left = await desk.WaitingAsync(1);
        Assert.Equal(leads[2], left.Data()[0].Id("leadId"));
        Assert.Equal(desk.People[0], await desk.OwnerOfAsync(leads[1]));
        Assert.Empty((await desk.Owner.GetAsync($"{Desk.Api}/assignments?leadId={leads[1]}")).Data());
    }

    [Theory]
    [InlineData("won")]
    [InlineData("deleted")]
    [InlineData("reassigned")]
    [InlineData("taken by hand")]
    public async Task Who_has_room_again_gets_the_lead_that_has_waited_longest(string how)
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 1);
        var (busy, other) = (desk.People[1], desk.People[0]);
        await desk.PoolAsync("Others", new { userId = other });
        var pool = await desk.PoolAsync("Sales", new { userId = busy, capacity = 2 });
        await desk.RuleAsync("All", pool);
        var leads = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            leads.Add((await desk.AddAsync(1)).Single());
            if (i < 2) await desk.OwnedAsync(leads[i]);
            else await desk.WaitingAsync(i - 1);
        }
        switch (how)
        {
            case "won": await desk.MoveAsync(leads[0], "won"); break;
            case "deleted": await desk.Owner.TryAsync(HttpMethod.Delete, $"{Desk.Leads}/{leads[0]}"); break;
            case "reassigned": await desk.Owner.PostAsync(Desk.Api + "/reassign", new { leadId = leads[0], agentId = other }); break;
            default: await desk.Owner.PatchAsync($"{Desk.Leads}/{leads[0]}", new { ownerId = other }); break;
        }
        Assert.Equal(busy, await desk.OwnerOfAsync(leads[2]));
        Assert.Equal(leads[3], (await desk.WaitingAsync(1)).Data()[0].Id("leadId"));
        var load = (await desk.Owner.GetAsync(Desk.Api + "/workload")).AsArray().Single(w => w!.Id("userId") == busy)!;
        Assert.Equal(2, load.Number("openItems"));
    }

    [Fact]
    public async Task By_hand_a_lead_goes_to_whom_people_say_and_the_log_keeps_both()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 2);
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[1] }, new { userId = desk.People[2], available = false });
        await desk.RuleAsync("All", pool);
        var lead = (await desk.AddAsync(1)).Single();
        Assert.Equal(desk.People[1], await desk.OwnerOfAsync(lead));
        await desk.Owner.PostAsync(Desk.Api + "/reassign", new { leadId = lead, agentId = desk.People[2] });
        await Eventually.Get(() => desk.OwnerOfAsync(lead), o => o == desk.People[2], "the lead has changed hands");
        Assert.Equal(["Assigned by hand.", "Rule \"All\" takes every lead; next in turn in \"Sales\"."], (await desk.Owner.GetAsync($"{Desk.Api}/assignments?leadId={lead}")).Data().Select(d => d.Text("reason")));
        Assert.Equal("agentId", (await desk.Owner.TryAsync(HttpMethod.Post, Desk.Api + "/reassign", new { leadId = lead, agentId = desk.People[0] })).Body.Fields().Single());
        Assert.Equal(HttpStatusCode.NotFound, (await desk.Owner.TryAsync(HttpMethod.Post, Desk.Api + "/reassign", new { leadId = Guid.NewGuid(), agentId = desk.People[1] })).Status);
        // A lead that is done is somebody's, and nobody's work.
        await desk.MoveAsync(lead, "lost");
        await Eventually.Get(() => OpenAsync(desk), n => n == 0, "nothing is open");
        await desk.Owner.PostAsync(Desk.Api + "/reassign", new { leadId = lead, agentId = desk.People[1] });
        await Eventually.Get(() => desk.OwnerOfAsync(lead), o => o == desk.People[1], "the lead has changed hands");
        Assert.Equal(0, await OpenAsync(desk));
    }

    [Fact]
    public async Task Twenty_who_take_a_waiting_lead_at_once_leave_it_with_one()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 1);
        await desk.PoolAsync("Sales", desk.People.Select(userId => new { userId }));
        var lead = (await desk.AddAsync(1)).Single();
        await desk.WaitingAsync(1);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => desk.Owner.TryAsync(HttpMethod.Post, Desk.Api + "/reassign", new { leadId = lead, agentId = desk.People[i % 2] })));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        var last = (await desk.Owner.GetAsync($"{Desk.Api}/assignments?leadId={lead}")).Data()[0].Id("agentId");
        await Eventually.Get(() => desk.OwnerOfAsync(lead), o => o == last, "the lead is whose it was said last");
        Assert.Equal(1, await OpenAsync(desk));
        await desk.WaitingAsync(0);
    }

    [Fact]
    public async Task What_comes_in_finished_has_an_owner_and_is_nobodys_work_and_waits_for_nobody()
    {
        using var desk = await Desk.OpenAsync(fixture);
        var won = (await desk.Owner.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray().First(s => s!.Text("status") == "won")!.Id();
        await desk.Owner.PostAsync(Desk.Leads, new { email = "old@lee.se", stageId = won });
        await desk.AddAsync(1);
        await desk.WaitingAsync(1);
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[0] });
        await desk.RuleAsync("All", pool);
        var done = (await desk.Owner.PostAsync(Desk.Leads, new { email = "done@lee.se", stageId = won })).Id();
        Assert.Equal(desk.People[0], await desk.OwnerOfAsync(done));
        await desk.WaitingAsync(0);
        await Eventually.Get(() => OpenAsync(desk), n => n == 1, "one lead is open");
    }

    private static async Task<long> OpenAsync(Desk desk) => (await desk.Owner.GetAsync(Desk.Api + "/workload")).AsArray().Sum(w => w!.Number("openItems"));
}

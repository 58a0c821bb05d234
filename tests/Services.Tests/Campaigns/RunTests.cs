using System.Net;
using Tideline.Contracts.Campaigns;
using Tideline.Platform.Api;
using Tideline.Testing;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>From the start to the last message.</summary>
public sealed class RunTests(CampaignHost host) : IClassFixture<CampaignHost>
{
    [Fact]
    public async Task Everybody_gets_the_message_once_with_what_is_known_of_them()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(5_300);
        var id = await shop.StartedAsync();
        var done = await shop.InStatusAsync(id, "completed", 240);

        Assert.Equal(5_300, shop.Post.Count);
        Assert.Equal(5_300, shop.Post.Messages.Select(m => m.Address).Distinct().Count());
        Assert.All(shop.Post.Calls, call => Assert.InRange(call.Messages.Count, 1, 1000));
        var one = shop.Post.Messages.Single(m => m.Address == "p77@example.com");
        Assert.Equal(("Pat p77", "Pat", "p77", "Acme", "gold", "p77@example.com"),
            (one.DisplayName, one.Variables["firstName"], one.Variables["lastName"], one.Variables["company"], one.Variables["custom.plan"], one.Variables["email"]));
        Assert.NotNull(one.CustomerId);
        var stats = done["stats"]!;
        Assert.Equal((5_300, 5_300, 0, 0), (Number(stats, "recipients"), Number(stats, "sent"), Number(stats, "queued"), Number(stats, "skipped")));
        Assert.NotNull(done["completedAt"]);
        var monitor = await shop.MonitorAsync(id);
        var series = monitor["series"]!.AsArray();
        Assert.True(series.Count >= 2);
        Assert.Equal((0, 5_300), (Number(series[0]!, "sent"), Number(series[^1]!, "sent")));
        Assert.Equal(5_300, Assert.Single(shop.Ear.Of<CampaignStarted>(shop.Tenant)).Recipients);
        Assert.False((await Eventually.Get(() => Task.FromResult(shop.Ear.Of<CampaignCompleted>(shop.Tenant)), c => c.Count == 1, "completed is told"))[0].Cancelled);
    }

    [Fact]
    public async Task Who_must_not_or_cannot_get_it_is_kept_with_the_reason_and_the_preview_says_the_same()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(12);
        await shop.Client.PostAsync("/api/leads/leads", new { firstName = "Phone", phone = "+14155550123" });
        await shop.Client.PostAsync("/api/customers/suppressions", new { channel = "email", address = "p1@example.com", reason = "manual" });
        await shop.Client.PostAsync("/api/customers/suppressions", new { channel = "email", address = "p2@example.com", reason = "unsubscribe" });
        // Two leads of one person, and two persons with one address.
        var (leads, tenant) = ("update lead set", shop.Tenant);
        await shop.Host.ExecuteAsync("leads", $"{leads} customer_id = (select customer_id from lead where tenant_id = '{tenant}' and email = 'p4@example.com') where tenant_id = '{tenant}' and email = 'p3@example.com'");
        await shop.Host.ExecuteAsync("leads", $"{leads} email = 'p5@example.com' where tenant_id = '{tenant}' and email = 'p6@example.com'");

        var preview = await shop.Client.PostAsync("/api/campaigns/audience/preview", new { audience = new { leadFilter = new { } } });
        Assert.Equal((13, 8), (Number(preview, "leads"), Number(preview, "reachable")));
        var excluded = preview["excluded"]!;
        Assert.Equal((1, 2, 0, 2), (Number(excluded, "noEmail"), Number(excluded, "suppressed"), Number(excluded, "noConsent"), Number(excluded, "duplicate")));
        Assert.Equal(8, preview["sample"]!.AsArray().Count);

        var id = await shop.StartedAsync();
        var stats = (await shop.InStatusAsync(id, "completed"))["stats"]!;
        Assert.Equal((13, 8, 5), (Number(stats, "recipients"), Number(stats, "sent"), Number(stats, "skipped")));
        Assert.Equal(8, shop.Post.Messages.Select(m => m.Address).Distinct().Count());
        Assert.Equal(8, shop.Post.Messages.Select(m => m.CustomerId).Distinct().Count());
        Assert.DoesNotContain(shop.Post.Messages, m => m.Address is "p1@example.com" or "p2@example.com");
        var skipped = await shop.RecipientsAsync(id, "skipped");
        Assert.Equal(["duplicate", "duplicate", "no_email", "suppressed", "unsubscribed"], skipped.Select(r => r["reason"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task An_exclusion_leaves_out_and_an_empty_one_leaves_out_nobody()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(5, "keep");
        await shop.AddLeadsAsync(3, "drop");
        var id = await shop.StartedAsync(new { leadFilter = new { }, exclude = new { q = "drop" } });
        await shop.InStatusAsync(id, "completed");
        Assert.Equal(5, shop.Post.Count);
        Assert.All(shop.Post.Messages, m => Assert.StartsWith("keep", m.Address, StringComparison.Ordinal));
        var everybody = await shop.StartedAsync(new { leadFilter = new { }, exclude = new { } });
        Assert.Equal(8, Number((await shop.InStatusAsync(everybody, "completed"))["stats"]!, "sent"));
    }

    [Fact]
    public async Task A_pause_holds_at_once_and_a_resume_leaves_out_nobody_and_sends_nothing_twice()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(150);
        var id = await shop.StartedAsync(throttlePerMinute: 1200); // 20 a second
        await Eventually.Get(() => Task.FromResult(shop.Post.Count), n => n >= 20, "the first are handed over");
        for (var round = 0; round < 3; round++)
        {
            var paused = await shop.DoAsync(id, "pause");
            Assert.Equal("paused", paused["status"]!.GetValue<string>());
            // Told before the answer: what is handed over from now on lies in a batch that is held.
            Assert.Equal("paused", shop.Post.States[id]);
            var sent = shop.Post.Ended.Count;
            Assert.Equal("paused", (await shop.MonitorAsync(id))["status"]!.GetValue<string>());
            Assert.Equal(sent, shop.Post.Ended.Count);
            await shop.DoAsync(id, "pause");
            await shop.DoAsync(id, "resume");
            await shop.DoAsync(id, "resume");
            Assert.Equal("running", shop.Post.States[id]);
        }
        var stats = (await shop.InStatusAsync(id, "completed", 60))["stats"]!;
        Assert.Equal((150, 150), (Number(stats, "recipients"), Number(stats, "sent")));
        Assert.Equal(150, shop.Post.Messages.Select(m => m.Address).Distinct().Count());
        Assert.Equal(150, shop.Post.Count);
        Assert.Equal(3, shop.Ear.Of<CampaignPaused>(shop.Tenant).Count);
    }

    [Fact]
    public async Task While_it_is_paused_no_more_is_handed_over()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(40);
        var id = await shop.StartedAsync(throttlePerMinute: 300); // 5 a second
        await Eventually.Get(() => Task.FromResult(shop.Post.Count), n => n >= 5, "the first are handed over");
        await shop.DoAsync(id, "pause");
        // A hand-over that was on its way at that moment may still come in; its batch is held.
        await Eventually.Get(() => shop.Host.ScalarAsync<long>("worker", $"select count(*) from job_now where tenant_id = '{shop.Tenant}' and type = 'campaigns.run' and state in ('ready', 'scheduled', 'running')"), n => n == 0, "no job is left");
        var (handed, sent) = (shop.Post.Count, shop.Post.Ended.Count);
        Assert.True(handed < 40);
        var rest = await shop.RecipientsAsync(id, "queued");
        Assert.Equal(40 - sent, rest.Count);
        await shop.DoAsync(id, "cancel");
        var stats = (await Eventually.Get(() => shop.GetAsync(id), c => c["completedAt"] is not null, "the end"))["stats"]!;
        Assert.Equal((40, sent, 40 - sent, 0), (Number(stats, "recipients"), Number(stats, "sent"), Number(stats, "cancelled"), Number(stats, "queued")));
    }

    [Fact]
    public async Task A_cancelled_campaign_ends_for_everybody_who_has_no_message()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(60);
        var id = await shop.StartedAsync(throttlePerMinute: 600);
        await Eventually.Get(() => Task.FromResult(shop.Post.Count), n => n >= 10, "the first are handed over");
        var cancelled = await shop.DoAsync(id, "cancel");
        Assert.Equal("cancelled", cancelled["status"]!.GetValue<string>());
        Assert.Equal("cancelled", shop.Post.States[id]);
        await shop.DoAsync(id, "cancel");
        var end = await Eventually.Get(() => shop.GetAsync(id), c => c["completedAt"] is not null, "the end");
        var stats = end["stats"]!;
        Assert.Equal("cancelled", end["status"]!.GetValue<string>());
        Assert.Equal(60, Number(stats, "sent") + Number(stats, "cancelled"));
        Assert.Equal(shop.Post.Ended.Values.Count(e => e is Contracts.Notifications.MessageSent), Number(stats, "sent"));
        Assert.True(Number(stats, "cancelled") > 0);
        Assert.True((await Eventually.Get(() => Task.FromResult(shop.Ear.Of<CampaignCompleted>(shop.Tenant)), c => c.Count > 0, "told"))[0].Cancelled);
    }

    [Fact]
    public async Task A_hand_over_whose_answer_is_lost_is_repeated_with_the_same_ids()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(2_300);
        var lost = 0;
        shop.Post.AfterHandOver = _ =>
        {
            // Taken, and then the line goes dead: twice for each chunk.
            if (Interlocked.Increment(ref lost) % 3 != 0) throw new IOException("The line is dead.");
        };
        var id = await shop.StartedAsync();
        var stats = (await shop.InStatusAsync(id, "completed", 60))["stats"]!;
        Assert.Equal((2_300, 2_300), (Number(stats, "sent"), Number(stats, "recipients")));
        Assert.Equal(2_300, shop.Post.Count);
        Assert.True(shop.Post.Calls.Sum(c => c.Messages.Count) > 2 * 2_300, "chunks were repeated");
    }

    [Fact]
    public async Task Two_jobs_and_two_processes_at_the_same_time_do_it_once()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(5_400);
        await host.StartAsync();
        var id = await shop.StartedAsync();
        for (var i = 0; i < 3; i++)
            await shop.InScopeAsync(async scope =>
            {
                var db = (Tideline.Campaigns.CampaignsDb)scope.GetService(typeof(Tideline.Campaigns.CampaignsDb))!;
                db.Enqueue(new Tideline.Campaigns.Runs.RunCampaign(id, 1));
                await db.SaveChangesAsync();
            });
        var stats = (await shop.InStatusAsync(id, "completed", 240))["stats"]!;
        Assert.Equal((5_400, 5_400, 0), (Number(stats, "recipients"), Number(stats, "sent"), Number(stats, "skipped")));
        Assert.Equal(5_400, shop.Post.Count);
        Assert.Equal(5_400, (await shop.RecipientsAsync(id)).Count);
        Assert.Single(shop.Ear.Of<CampaignStarted>(shop.Tenant));
    }

    [Fact]
    public async Task The_throttle_holds()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(36);
        var id = await shop.StartedAsync(throttlePerMinute: 600);
        await shop.InStatusAsync(id, "completed");
        var calls = shop.Post.Calls.ToList();
        Assert.All(calls, c => Assert.InRange(c.Messages.Count, 1, 10));
        // Ten a second: the fourth chunk may come three seconds after the first, give or take what a call takes.
        Assert.Equal(4, calls.Count);
        Assert.InRange((calls[3].At - calls[0].At).TotalSeconds, 2.7, 12);
    }

    [Fact]
    public async Task When_notifications_refuses_the_campaign_stands_still_with_the_reason_and_can_go_on()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(3);
        shop.Post.OnBatch = _ => throw new Problem(422, "template_invalid", "The template cannot be used.");
        var id = await shop.StartedAsync();
        var stopped = await shop.InStatusAsync(id, "paused");
        Assert.Contains("The template cannot be used.", stopped["error"]!.GetValue<string>(), StringComparison.Ordinal);
        shop.Post.OnBatch = null;
        var resumed = await shop.DoAsync(id, "resume");
        Assert.Null(resumed["error"]);
        Assert.Equal(3, Number((await shop.InStatusAsync(id, "completed"))["stats"]!, "sent"));
    }

    [Fact]
    public async Task A_pause_that_cannot_be_told_at_once_is_told_as_soon_as_it_can_be()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(30);
        var id = await shop.StartedAsync(throttlePerMinute: 300);
        await Eventually.Get(() => Task.FromResult(shop.Post.Count), n => n >= 5, "the first are handed over");
        var refusals = 3;
        shop.Post.OnState = _ =>
        {
            if (Interlocked.Decrement(ref refusals) >= 0) throw new IOException("Not now.");
        };
        Assert.Equal("paused", (await shop.DoAsync(id, "pause"))["status"]!.GetValue<string>());
        await Eventually.Get(() => Task.FromResult(shop.Post.States[id]), s => s == "paused", "told");
        await shop.DoAsync(id, "resume");
        Assert.Equal(30, Number((await shop.InStatusAsync(id, "completed", 60))["stats"]!, "sent"));
    }

    [Fact]
    public async Task A_campaign_of_another_workspace_does_not_exist()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(2);
        var id = await shop.StartedAsync();
        await shop.InStatusAsync(id, "completed");
        var stranger = await host.NewWorkspaceAsync();
        foreach (var path in new[] { "", "/monitor", "/recipients" })
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.TryAsync(HttpMethod.Get, $"/campaigns/{id}{path}")).Status);
        foreach (var verb in new[] { "start", "pause", "resume", "cancel", "test" })
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.TryAsync(HttpMethod.Post, $"/campaigns/{id}/{verb}", verb == "test" ? new { to = new[] { "a@example.com" } } : new { })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.TryAsync(HttpMethod.Patch, $"/campaigns/{id}", new { name = "Mine" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.TryAsync(HttpMethod.Delete, $"/campaigns/{id}")).Status);
        Assert.Empty((await stranger.Client.GetAsync("/api/campaigns/campaigns"))["data"]!.AsArray());
        // Facts of a stranger about our message change nothing of ours.
        var message = shop.Post.Messages[0];
        await stranger.TellAsync([Office.Failed(message, id, "failed", "Forged.")]);
        await Eventually.Get(() => shop.Host.ScalarAsync<long>("notifications", "select count(*) from outbox"), n => n == 0, "told");
        Assert.Equal(0, Number((await shop.GetAsync(id))["stats"]!, "failed"));
    }
}

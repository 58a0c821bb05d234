using System.Net;
using Tideline.Testing;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Campaigns that start by themselves.</summary>
public sealed class ScheduleTests(CampaignHost host) : IClassFixture<CampaignHost>
{
    [Fact]
    public async Task It_starts_at_its_time_and_not_before()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(4);
        var id = (await shop.DraftAsync())["id"]!.GetValue<Guid>();
        // First for tomorrow, then for soon: the last time said counts.
        await shop.DoAsync(id, "schedule", new { at = DateTimeOffset.UtcNow.AddDays(1) });
        var at = DateTimeOffset.UtcNow.AddSeconds(2);
        var scheduled = await shop.DoAsync(id, "schedule", new { at });
        Assert.Equal("scheduled", scheduled["status"]!.GetValue<string>());
        var done = await shop.InStatusAsync(id, "completed");
        Assert.InRange(done["startedAt"]!.GetValue<DateTimeOffset>() - at, TimeSpan.FromMilliseconds(-2), TimeSpan.FromSeconds(10));
        Assert.Equal(4, Number(done["stats"]!, "sent"));
    }

    [Fact]
    public async Task Put_off_or_cancelled_it_does_not_start_at_the_old_time()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(1);
        var (later, never, marker) = (await IdAsync(), await IdAsync(), await IdAsync());
        var soon = new { at = DateTimeOffset.UtcNow.AddSeconds(2) };
        await shop.DoAsync(later, "schedule", soon);
        await shop.DoAsync(never, "schedule", soon);
        await shop.DoAsync(later, "schedule", new { at = DateTimeOffset.UtcNow.AddHours(1) });
        Assert.Equal("cancelled", (await shop.DoAsync(never, "cancel"))["status"]!.GetValue<string>());
        await shop.DoAsync(marker, "schedule", new { at = DateTimeOffset.UtcNow.AddSeconds(3) });
        await shop.InStatusAsync(marker, "completed");
        Assert.Equal("scheduled", (await shop.GetAsync(later))["status"]!.GetValue<string>());
        Assert.Equal("cancelled", (await shop.GetAsync(never))["status"]!.GetValue<string>());
        // Told of the old time all the same, as when the new one crosses it on its way.
        await shop.InScopeAsync(async scope => await ((Tideline.Campaigns.Runs.CampaignStates)scope.GetService(typeof(Tideline.Campaigns.Runs.CampaignStates))!).StartDueAsync(later, soon.at, default));
        Assert.Equal("scheduled", (await shop.GetAsync(later))["status"]!.GetValue<string>());
        Assert.Equal(1, shop.Post.Count);

        async Task<Guid> IdAsync() => (await shop.DraftAsync())["id"]!.GetValue<Guid>();
    }

    [Fact]
    public async Task The_past_is_refused_and_so_is_what_no_longer_can_be_sent_when_the_time_has_come()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(1);
        var id = (await shop.DraftAsync())["id"]!.GetValue<Guid>();
        var (status, body) = await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/schedule", new { at = DateTimeOffset.UtcNow.AddSeconds(-1) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.NotNull(body["errors"]!["at"]);
        await shop.DoAsync(id, "schedule", new { at = DateTimeOffset.UtcNow.AddSeconds(1) });
        await shop.Client.PostAsync("/api/customers/suppressions", new { channel = "email", address = "p0@example.com", reason = "manual" });
        var stopped = await shop.InStatusAsync(id, "paused");
        Assert.Contains("audience", stopped["error"]!.GetValue<string>(), StringComparison.Ordinal);
        await shop.AddLeadsAsync(1, "late");
        await shop.DoAsync(id, "resume");
        Assert.Equal(1, Number((await shop.InStatusAsync(id, "completed"))["stats"]!, "sent"));
    }
}

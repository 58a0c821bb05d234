using System.Net;
using Tideline.Contracts;

namespace Tideline.Services.Tests.Notifications;

public class BatchStateTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task A_paused_batch_sends_nothing_until_it_is_resumed()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
        await tenant.Campaigns.HandOverAsync(batch, MailTenant.Many(250), default);
        // Its jobs have come and found nothing to do.
        await Testing.Eventually.Get(() => tenant.QueryAsync("notifications", $"select count(*) from chunk where tenant_id = '{tenant.Id}' and due_at is null", r => r.GetInt64(0)),
            n => n[0] == 2, "both chunks at rest");
        await tenant.InStatesAsync(batch, ("queued", 250));

        await tenant.Campaigns.SetBatchStateAsync(batch, "running", default);
        await tenant.InStatesAsync(batch, ("sent", 250));
        Assert.Equal(250, (await tenant.EventsNowAsync("message.sent", null)).Count);
    }

    [Fact]
    public async Task Pausing_and_resuming_in_the_middle_neither_loses_nor_repeats_a_message()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        var messages = MailTenant.Many(1000);
        await tenant.Campaigns.HandOverAsync(batch, messages, default);
        for (var i = 0; i < 3; i++)
        {
            await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
            await tenant.Campaigns.SetBatchStateAsync(batch, "running", default);
        }
        await tenant.InStatesAsync(batch, ("sent", 1000));
        Assert.Equal(1000, (await tenant.EventsNowAsync("message.sent", null)).Count);
    }

    [Fact]
    public async Task Cancelling_ends_every_message_that_is_not_out_and_tells_of_it()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
        var messages = MailTenant.Many(250);
        await tenant.Campaigns.HandOverAsync(batch, messages, default);
        await tenant.Campaigns.SetBatchStateAsync(batch, "cancelled", default);
        await tenant.InStatesAsync(batch, ("cancelled", 250));
        // What comes later, from a caller that has not heard of it, comes to its end, too.
        await tenant.Campaigns.HandOverAsync(batch, MailTenant.Many(10), default);
        await tenant.InStatesAsync(batch, ("cancelled", 260));

        var told = await Testing.Eventually.Get(() => tenant.EventsNowAsync("message.failed", null), e => e.Count >= 260, "the events");
        Assert.Equal(260, told.Count);
        Assert.All(told, e => Assert.Equal("cancelled", e.Payload["outcome"]!.GetValue<string>()));
        Assert.Empty(await tenant.EventsNowAsync("message.sent", null));
        var refused = await Assert.ThrowsAsync<ServiceCallException>(() => tenant.Campaigns.SetBatchStateAsync(batch, "running", default));
        Assert.Equal((HttpStatusCode.Conflict, "batch_cancelled"), (refused.Status, refused.Code));
    }
}

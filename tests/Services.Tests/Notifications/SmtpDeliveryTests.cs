using Tideline.Contracts.Notifications;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class SmtpDeliveryTests(NotificationsFixture fixture)
{
    private static string Address(string kind) => $"{kind}-{Guid.NewGuid():n}@example.com";

    [Fact]
    public async Task The_relay_gets_each_message_once_with_one_click_unsubscribing()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        var messages = MailTenant.Many(500);
        await tenant.Campaigns.HandOverAsync(batch, messages, default);
        await tenant.InStatesAsync(batch, ("sent", 500));

        var mine = messages.Select(m => m.MessageId.ToString()).ToHashSet();
        var taken = fixture.Relay.Taken.Where(m => m.Contains("Message-ID: <", StringComparison.Ordinal)).Select(m => m.Split("Message-ID: <")[1].Split('@')[0]).Where(mine.Contains).ToList();
        Assert.Equal(500, taken.Count);
        Assert.Equal(500, taken.Distinct().Count());
        var one = fixture.Relay.Taken.First(m => m.Contains(messages[0].MessageId.ToString(), StringComparison.Ordinal));
        Assert.Contains("List-Unsubscribe: <https://mail.example.com/api/notifications/u/", one, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click", one, StringComparison.Ordinal);
        Assert.Empty((await tenant.Api.GetAsync("/api/notifications/sandbox"))["data"]!.AsArray());
        var delivery = await tenant.Api.GetAsync("/api/notifications/delivery");
        Assert.Equal("smtp", delivery["mode"]!.GetValue<string>());
        Assert.True(delivery["sentLastMinute"]!.GetValue<int>() > 0);
    }

    [Fact]
    public async Task An_address_that_does_not_exist_bounces_hard_and_is_never_written_to_again()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        var address = Address("gone");
        var message = MailTenant.To(address);
        var bounced = await tenant.SendOneAsync(batch, message, "bounced");
        Assert.Contains("5.1.1", bounced["error"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("bounced", bounced["attempts"]!.AsArray().Single()!["outcome"]!.GetValue<string>());
        var told = Assert.Single(await tenant.EventsAsync("message.bounced", message.MessageId.ToString()));
        Assert.True(told.Payload["hard"]!.GetValue<bool>());
        await Eventually.Get(() => tenant.Api.GetAsync($"/api/customers/suppressions?q={address}"), s => s["data"]!.AsArray().Count == 1, "the suppression");

        await tenant.SendOneAsync(batch, MailTenant.To(address), "suppressed");
        Assert.Equal(1, RelayScript.TriesFor(address));
    }

    [Fact]
    public async Task A_full_mailbox_bounces_softly_and_may_be_written_to_again()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        var address = Address("full");
        var message = MailTenant.To(address);
        await tenant.SendOneAsync(batch, message, "bounced");
        Assert.False(Assert.Single(await tenant.EventsAsync("message.bounced", message.MessageId.ToString())).Payload["hard"]!.GetValue<bool>());
        await tenant.SendOneAsync(batch, MailTenant.To(address), "bounced");
        Assert.Equal(2, RelayScript.TriesFor(address));
    }

    [Fact]
    public async Task A_temporary_refusal_is_tried_again_until_it_is_taken()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        var address = Address("later");
        var message = MailTenant.To(address);
        var sent = await tenant.SendOneAsync(batch, message, "sent");
        Assert.Equal(["retry", "sent"], sent["attempts"]!.AsArray().Select(a => a!["outcome"]!.GetValue<string>()));
        Assert.Equal(2, RelayScript.TriesFor(address));
        Assert.Single(await tenant.EventsAsync("message.sent", message.MessageId.ToString()));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_leaves_the_end_unknown_and_the_message_is_not_sent_again()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        var address = Address("cut");
        var message = MailTenant.To(address);
        await tenant.SendOneAsync(batch, message, "unknown");
        Assert.Equal("unknown", Assert.Single(await tenant.EventsAsync("message.failed", message.MessageId.ToString())).Payload["outcome"]!.GetValue<string>());
        // The batch goes on; the caller repeats itself; nothing brings the message back.
        await tenant.Campaigns.HandOverAsync(batch, [message], default);
        await tenant.SendOneAsync(batch, MailTenant.To(Address("fine")), "sent");
        Assert.Equal(1, RelayScript.TriesFor(address));
    }

    [Fact]
    public async Task A_message_that_was_being_sent_when_its_process_died_ends_as_unknown()
    {
        var tenant = await fixture.SmtpTenantAsync();
        var batch = await tenant.BatchAsync();
        await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
        HandOver lost = MailTenant.To(Address("lost")), other = MailTenant.To(Address("other"));
        await tenant.Campaigns.HandOverAsync(batch, [lost, other], default);
        // As a killed process leaves it: claimed, committed, and no outcome.
        await tenant.ExecuteAsync($"""
            update message set status = 'sending', attempts = 1, claim_job = gen_random_uuid(), claim_attempt = 1, claimed_at = now() - interval '1 hour'
            where tenant_id = '{tenant.Id}' and id = '{lost.MessageId}'
            """);
        await tenant.Campaigns.SetBatchStateAsync(batch, "running", default);
        await tenant.InStatesAsync(batch, ("unknown", 1), ("sent", 1));
        Assert.Equal("unknown", Assert.Single(await tenant.EventsAsync("message.failed", lost.MessageId.ToString())).Payload["outcome"]!.GetValue<string>());
        Assert.Equal(0, RelayScript.TriesFor(lost.Address));
        Assert.Equal(1, RelayScript.TriesFor(other.Address));
    }
}

using System.Net;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;

namespace Tideline.Services.Tests.Notifications;

public class HandOverTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task Whatever_is_repeated_each_message_goes_out_once()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        var messages = MailTenant.Many(450);
        // The same hand-over from several places at once, and again later: what a caller does that was killed in between.
        var accepted = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => tenant.Campaigns.HandOverAsync(batch, messages, default)));
        Assert.Equal(450, accepted.Sum(a => a.Accepted));
        await tenant.InStatesAsync(batch, ("sent", 450));
        Assert.Equal(0, (await tenant.Campaigns.HandOverAsync(batch, messages, default)).Accepted);

        var caught = await tenant.QueryAsync("notifications", $"select count(*), count(distinct to_address) from sandbox_message where tenant_id = '{tenant.Id}'", r => (r.GetInt64(0), r.GetInt64(1)));
        Assert.Equal((450, 450), Assert.Single(caught));
        Assert.Equal(450, (await tenant.EventsNowAsync("message.sent", null)).Select(e => e.Payload["messageId"]!.GetValue<Guid>()).Distinct().Count());
        Assert.Equal(450, (await tenant.EventsNowAsync("message.sent", null)).Count);
    }

    [Fact]
    public async Task The_recipient_sees_their_own_message_in_the_brand()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        var message = MailTenant.To("ada@example.com");
        await tenant.SendOneAsync(batch, message, "sent");

        var list = await tenant.Api.GetAsync($"/api/notifications/sandbox?campaignId={batch}&q=ADA@");
        Assert.Single(list["data"]!.AsArray());
        var mail = await tenant.Api.GetAsync($"/api/notifications/sandbox/{message.MessageId}");
        Assert.Equal("News for Ada", mail["subject"]!.GetValue<string>());
        Assert.Contains("Hello Ada", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/api/notifications/t/c/", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/api/notifications/t/o/", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(mail["headers"]!.AsArray(), h => h!["name"]!.GetValue<string>() == "List-Unsubscribe");
        Assert.Contains($"/api/notifications/u/", mail["unsubscribeUrl"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("multipart/alternative", mail["raw"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Ada Lovelace <ada@example.com>", mail["headers"]!.AsArray().Single(h => h!["name"]!.GetValue<string>() == "To")!["value"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_template_that_cannot_be_rendered_is_refused_with_the_part_at_fault()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var refused = await Assert.ThrowsAsync<ServiceCallException>(() => tenant.BatchAsync(html: "<p>{{#if firstName}}Hi</p>"));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Too_many_messages_an_unknown_batch_and_an_unknown_state_are_refused()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<ServiceCallException>(() => tenant.Campaigns.HandOverAsync(batch, MailTenant.Many(1001), default))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<ServiceCallException>(() => tenant.Campaigns.HandOverAsync(Guid.NewGuid(), MailTenant.Many(1), default))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<ServiceCallException>(() => tenant.Campaigns.SetBatchStateAsync(batch, "resting", default))).Status);
    }

    [Fact]
    public async Task An_address_that_is_none_fails_and_says_so()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        var message = MailTenant.To("not an address");
        var failed = await tenant.SendOneAsync(batch, message, "failed");
        Assert.NotEmpty(failed["error"]!.GetValue<string>());
        var told = Assert.Single(await tenant.EventsAsync("message.failed", message.MessageId.ToString()));
        Assert.Equal("failed", told.Payload["outcome"]!.GetValue<string>());
    }

    [Fact]
    public async Task Another_tenant_sees_nothing_and_cannot_add_to_the_batch()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var other = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        var message = MailTenant.To("ada@example.com");
        await tenant.SendOneAsync(batch, message, "sent");

        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<ServiceCallException>(() => other.Campaigns.HandOverAsync(batch, MailTenant.Many(1), default))).Status);
        foreach (var path in new[] { "messages", "sandbox" })
        {
            using var one = await other.Api.SendAsync(HttpMethod.Get, $"/api/notifications/{path}/{message.MessageId}");
            Assert.Equal(HttpStatusCode.NotFound, one.StatusCode);
            Assert.Empty((await other.Api.GetAsync($"/api/notifications/{path}"))["data"]!.AsArray());
        }
        using var emptied = await other.Api.SendAsync(HttpMethod.Delete, "/api/notifications/sandbox");
        Assert.Equal(HttpStatusCode.NoContent, emptied.StatusCode);
        Assert.Single((await tenant.Api.GetAsync("/api/notifications/sandbox"))["data"]!.AsArray());
    }

    [Fact]
    public async Task The_trace_of_the_hand_over_goes_on_to_the_events_of_the_message()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var message = MailTenant.To("ada@example.com", $"00-{trace}-00f067aa0ba902b7-01");
        await tenant.SendOneAsync(batch, message, "sent");
        var told = Assert.Single(await tenant.EventsAsync("message.sent", message.MessageId.ToString()));
        Assert.Equal(trace, told.Traceparent![3..35]);
    }

    [Fact]
    public async Task A_test_goes_out_at_once_and_is_not_counted()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var campaign = Guid.CreateVersion7();
        var content = new PreviewRequest(tenant.BrandId, "Test for {{firstName}}", null, MailTenant.Html, null, new Dictionary<string, string> { ["firstName"] = "Ada" });
        await tenant.Campaigns.SendTestAsync(new TestSend(content, ["one@example.com", "two@example.com"], campaign), default);
        var caught = await Testing.Eventually.Get(() => tenant.Api.GetAsync("/api/notifications/sandbox"), s => s["data"]!.AsArray().Count == 2, "the tests");
        Assert.All(caught["data"]!.AsArray(), m => Assert.Equal("Test for Ada", m!["subject"]!.GetValue<string>()));
        Assert.Empty((await tenant.Api.GetAsync($"/api/notifications/messages/summary?campaignId={campaign}"))["byStatus"]!.AsObject());
        var html = (await tenant.Api.GetAsync($"/api/notifications/sandbox/{caught["data"]![0]!["id"]}"))["html"]!.GetValue<string>();
        Assert.DoesNotContain("/t/c/", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await Assert.ThrowsAsync<ServiceCallException>(
            () => tenant.Campaigns.SendTestAsync(new TestSend(content, ["nobody"], campaign), default))).Status);
    }
}

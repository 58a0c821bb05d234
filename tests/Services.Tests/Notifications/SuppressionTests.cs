using Tideline.Contracts.Notifications;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class SuppressionTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task A_suppressed_address_gets_no_campaign_until_it_is_released()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var batch = await tenant.BatchAsync();
        const string address = "quiet@example.com";
        var suppression = await tenant.Api.PostAsync("/api/customers/suppressions", new { channel = "email", address, reason = "manual" });
        await BlockedAsync(tenant, address, 1);

        HandOver held = MailTenant.To(address), free = MailTenant.To("loud@example.com");
        await tenant.Campaigns.HandOverAsync(batch, [held, free], default);
        await tenant.InStatesAsync(batch, ("suppressed", 1), ("sent", 1));
        var told = Assert.Single(await tenant.EventsAsync("message.failed", held.MessageId.ToString()));
        Assert.Equal("suppressed", told.Payload["outcome"]!.GetValue<string>());
        Assert.Single((await tenant.Api.GetAsync("/api/notifications/sandbox"))["data"]!.AsArray());

        using var released = await tenant.Api.SendAsync(HttpMethod.Delete, $"/api/customers/suppressions/{suppression["id"]}");
        Assert.True(released.IsSuccessStatusCode);
        await BlockedAsync(tenant, address, 0);
        await tenant.SendOneAsync(batch, MailTenant.To(address), "sent");
    }

    [Fact]
    public async Task Suppression_of_marketing_does_not_hold_back_what_a_person_asked_for()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await tenant.Api.PostAsync("/api/customers/suppressions", new { channel = "email", address = "new@example.com", reason = "unsubscribe" });
        await tenant.Api.PostAsync("/api/customers/suppressions", new { channel = "email", address = "dead@example.com", reason = "bounce" });
        await BlockedAsync(tenant, "new@example.com", 1);
        await BlockedAsync(tenant, "dead@example.com", 1);
        foreach (var email in new[] { "new@example.com", "dead@example.com" }) await tenant.Api.PostAsync("/api/identity/invitations", new { email, role = "agent" });
        var messages = await Eventually.Get(() => tenant.Api.GetAsync("/api/notifications/messages"),
            m => m["data"]!.AsArray().Count == 2 && m["data"]!.AsArray().All(x => x!["status"]!.GetValue<string>() is "sent" or "suppressed"), "both invitations");
        Assert.Equal("sent", messages["data"]!.AsArray().Single(m => m!["to"]!.GetValue<string>() == "new@example.com")!["status"]!.GetValue<string>());
        Assert.Equal("suppressed", messages["data"]!.AsArray().Single(m => m!["to"]!.GetValue<string>() == "dead@example.com")!["status"]!.GetValue<string>());
    }

    private static Task<List<long>> BlockedAsync(MailTenant tenant, string address, int count) => Eventually.Get(
        () => tenant.QueryAsync("notifications", $"select count(*) from blocked_address where tenant_id = '{tenant.Id}' and address = '{address}'", r => r.GetInt64(0)),
        n => n[0] == count, $"{count} reasons against {address}");
}

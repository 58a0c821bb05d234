using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;
using Tideline.Identity;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class RequestedEmailTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task An_invitation_reaches_the_invited_with_the_link_that_works()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await tenant.Api.PostAsync("/api/identity/invitations", new { email = "new.colleague@example.com", role = "agent" });
        var mail = await CaughtAsync(tenant, "new.colleague@example.com");
        Assert.StartsWith("Olivia Owner invites you to Tenant ", mail["subject"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/accept-invitation?token=", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        // Not through our redirect: the link is a key to the workspace.
        Assert.DoesNotContain("/t/c/", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(mail["unsubscribeUrl"]);
        Assert.Contains(mail["headers"]!.AsArray(), h => h!["name"]!.GetValue<string>() == "Auto-Submitted");
    }

    [Fact]
    public async Task One_trace_leads_from_the_users_request_over_bus_and_job_to_the_mail()
    {
        var tenant = await fixture.SandboxTenantAsync();
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/identity/invitations") { Content = JsonContent.Create(new { email = "traced@example.com", role = "agent" }) };
        request.Headers.Add("traceparent", $"00-{trace}-b7ad6b7169203331-01");
        using (var answer = await tenant.Api.Http.SendAsync(request)) Assert.True(answer.IsSuccessStatusCode);
        var mail = await CaughtAsync(tenant, "traced@example.com");
        var told = Assert.Single(await tenant.EventsAsync("message.sent", mail["id"]!.GetValue<string>()));
        Assert.Equal(trace, told.Traceparent![3..35]);
    }

    [Fact]
    public async Task The_same_key_is_the_same_email_however_often_it_is_asked_for()
    {
        var tenant = await fixture.SandboxTenantAsync();
        for (var i = 0; i < 3; i++) await RequestAsync(tenant, Reset("once@example.com", "reset:1"));
        await RequestAsync(tenant, Reset("once@example.com", "reset:2"));
        await Eventually.Get(() => tenant.EventsNowAsync("email.requested", null), e => e.Count == 4, "the requests");
        await Eventually.Get(() => tenant.Api.GetAsync("/api/notifications/messages?q=once@&status=sent"), m => m["data"]!.AsArray().Count == 2, "two messages");
        Assert.Equal(2, (await tenant.Api.GetAsync("/api/notifications/messages?q=once@"))["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_template_that_does_not_exist_and_an_address_that_is_none_fail_visibly()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await RequestAsync(tenant, Reset("a@example.com", "x:1") with { TemplateKey = "no_such_thing" });
        await RequestAsync(tenant, Reset("nobody", "x:2"));
        var failed = await Eventually.Get(() => tenant.Api.GetAsync("/api/notifications/messages?status=failed"), m => m["data"]!.AsArray().Count == 2, "both failures");
        Assert.Contains(failed["data"]!.AsArray(), m => m!["error"]!.GetValue<string>().Contains("no_such_thing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_tenant_says_it_in_its_own_words()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var templates = await tenant.Api.GetAsync("/api/notifications/templates");
        var invitation = templates["data"]!.AsArray().Single(t => t!["key"]!.GetValue<string>() == "invitation")!;
        await tenant.Api.PatchAsync($"/api/notifications/templates/{invitation["id"]}", new { subject = "Ahoy {{name}}" });
        await RequestAsync(tenant, Reset("sailor@example.com", "ahoy") with { TemplateKey = "invitation" });
        Assert.Equal("Ahoy Ada", (await CaughtAsync(tenant, "sailor@example.com"))["subject"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("password_reset")]
    [InlineData("email_verification")]
    [InlineData("account_notice")]
    public async Task Words_around_a_key_to_an_account_are_nobodys_to_change(string key)
    {
        var tenant = await fixture.SandboxTenantAsync();
        var template = (await tenant.Api.GetAsync("/api/notifications/templates"))["data"]!.AsArray().Single(t => t!["key"]!.GetValue<string>() == key)!;
        using var changed = await tenant.Api.SendAsync(HttpMethod.Patch, $"/api/notifications/templates/{template["id"]}", new { subject = "{{url}}" });
        Assert.Equal(HttpStatusCode.Conflict, changed.StatusCode);
        using var made = await tenant.Api.SendAsync(HttpMethod.Post, "/api/notifications/templates", new { key, name = "Mine", language = "sv", subject = "S", html = "<p>{{url}}</p>" });
        Assert.Equal(HttpStatusCode.Conflict, made.StatusCode);
    }

    [Fact]
    public async Task Keys_that_the_sandbox_catches_are_for_owners_only()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await RequestAsync(tenant, Reset("victim@example.com", "secret:1"));
        var mail = await CaughtAsync(tenant, "victim@example.com");
        Assert.Contains("https://example.com/reset?t=1", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);

        await tenant.Api.PostAsync("/api/identity/invitations", new { email = "curious@example.com", role = "analyst" });
        var text = (await CaughtAsync(tenant, "curious@example.com"))["text"]!.GetValue<string>();
        var token = text[(text.IndexOf("token=", StringComparison.Ordinal) + 6)..].Split([' ', '\n', '\r', ')', '>', ']'])[0];
        using var anonymous = tenant.Platform.Anonymous();
        var session = await anonymous.PostAsync("/api/identity/invitations/accept", new { token, name = "Cy", password = "four tin whistles 88" });
        using var analyst = new ApiClient(new HttpClient { BaseAddress = tenant.Platform.Address }, session);
        var seen = (await analyst.GetAsync("/api/notifications/sandbox?q=victim@example.com"))["data"]!.AsArray().Single()!;
        Assert.Equal("", seen["preview"]!.GetValue<string>());
        using var refused = await analyst.SendAsync(HttpMethod.Get, $"/api/notifications/sandbox/{seen["id"]}");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.DoesNotContain("reset?t=1", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static EmailRequested Reset(string to, string key) => new()
    {
        To = to,
        TemplateKey = "password_reset",
        IdempotencyKey = key,
        Variables = new Dictionary<string, string> { ["name"] = "Ada", ["url"] = "https://example.com/reset?t=1" },
    };

    private static Task<int> RequestAsync(MailTenant tenant, IEvent happened) => tenant.Platform.InTenantAsync(tenant.Id, async sp =>
    {
        var db = sp.GetRequiredService<IdentityDb>();
        db.Publish(happened);
        return await db.SaveChangesAsync();
    });

    internal static async Task<JsonNode> CaughtAsync(MailTenant tenant, string address)
    {
        var list = await Eventually.Get(() => tenant.Api.GetAsync($"/api/notifications/sandbox?q={address}"), s => s["data"]!.AsArray().Count == 1, "mail for " + address);
        return await tenant.Api.GetAsync($"/api/notifications/sandbox/{list["data"]![0]!["id"]}");
    }
}

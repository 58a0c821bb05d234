using System.Net;
using System.Text.RegularExpressions;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class FeedbackTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task The_first_open_is_told_as_the_first_and_looking_ahead_counts_nothing()
    {
        var (tenant, message, mail) = await SentAsync();
        var pixel = Path(mail, "/api/notifications/t/o/[^\"]+");
        using var http = Recipient(tenant);
        using (var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, pixel))) Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        for (var i = 0; i < 2; i++)
        {
            using var open = await http.GetAsync(pixel);
            Assert.Equal("image/gif", open.Content.Headers.ContentType!.MediaType);
            Assert.Contains("no-store", open.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }
        var events = await tenant.EventsAsync("message.opened", message.ToString(), 2);
        Assert.Equal([true, false], events.Select(e => e.Payload["first"]!.GetValue<bool>()).OrderDescending());
        var seen = await tenant.Api.GetAsync($"/api/notifications/messages/{message}");
        Assert.Equal(2, seen["opens"]!.GetValue<int>());
        Assert.NotNull(seen["openedAt"]);
    }

    [Fact]
    public async Task A_click_leads_where_the_author_said_and_is_told_once_as_the_first()
    {
        var (tenant, message, mail) = await SentAsync();
        var link = Path(mail, "/api/notifications/t/c/[^\"]+");
        using var http = Recipient(tenant);
        using (var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, link))) Assert.Equal(HttpStatusCode.Found, head.StatusCode);
        for (var i = 0; i < 2; i++)
        {
            using var click = await http.GetAsync(link);
            Assert.Equal((HttpStatusCode.Found, "https://example.com/offer?a=1&b=2"), (click.StatusCode, click.Headers.Location!.OriginalString));
        }
        var events = await tenant.EventsAsync("message.clicked", message.ToString(), 2);
        Assert.Equal([true, false], events.Select(e => e.Payload["first"]!.GetValue<bool>()).OrderDescending());
        Assert.Equal(2, (await tenant.Api.GetAsync($"/api/notifications/messages/{message}"))["clicks"]!.GetValue<int>());
    }

    [Fact]
    public async Task Only_the_button_unsubscribes()
    {
        var (tenant, message, mail) = await SentAsync();
        var page = new Uri(mail["unsubscribeUrl"]!.GetValue<string>()).AbsolutePath;
        using var http = Recipient(tenant);
        using (var shown = await http.GetAsync(page))
        {
            Assert.Equal("text/html", shown.Content.Headers.ContentType!.MediaType);
            Assert.Contains("default-src 'none'", string.Concat(shown.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            var html = await shown.Content.ReadAsStringAsync();
            Assert.Contains("<form method=\"post\">", html, StringComparison.Ordinal);
            Assert.DoesNotContain("ada@", html, StringComparison.Ordinal);
        }
        using (await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, page))) { }
        Assert.Empty(await tenant.QueryAsync("notifications", $"select 1 from message where id = '{message}' and unsubscribed_at is not null", r => r.GetInt32(0)));

        // As mail clients do it (RFC 8058), and a person who presses the button as well.
        for (var i = 0; i < 2; i++)
        {
            using var done = await http.PostAsync(page, new FormUrlEncodedContent(new Dictionary<string, string> { ["List-Unsubscribe"] = "One-Click" }));
            Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        }
        Assert.Single(await tenant.EventsAsync("message.unsubscribed", message.ToString()));
        await Eventually.Get(() => tenant.Api.GetAsync("/api/customers/suppressions?q=ada@"), s => s["data"]!.AsArray().Count == 1, "the suppression");
        await tenant.SendOneAsync(await tenant.BatchAsync(), MailTenant.To("ada@example.com"), "suppressed");
        Assert.Single(await tenant.EventsNowAsync("message.unsubscribed", message.ToString()));
    }

    [Fact]
    public async Task A_token_that_is_not_exactly_ours_opens_nothing()
    {
        var (tenant, _, mail) = await SentAsync();
        using var http = Recipient(tenant);
        var pixel = Path(mail, "/api/notifications/t/o/[^\"]+").Split('/')[^1][..^4];
        var link = Path(mail, "/api/notifications/t/c/[^\"]+").Split('/')[^1];
        var page = mail["unsubscribeUrl"]!.GetValue<string>().Split('/')[^1];
        string[] paths =
        [
            $"t/o/{Changed(pixel)}.gif", $"t/o/{link}.gif", $"t/c/{Changed(link)}", $"t/c/{pixel}", $"t/c/{page}", $"u/{Changed(page)}", $"u/{pixel}", "t/c/x", "u/https:%2F%2Fevil.example",
        ];
        foreach (var path in paths)
        {
            using var answer = await http.GetAsync("/api/notifications/" + path);
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{path}: {answer.StatusCode}");
        }
        using var posted = await http.PostAsync("/api/notifications/u/" + Changed(page), null);
        Assert.Equal(HttpStatusCode.NotFound, posted.StatusCode);
    }

    private static string Changed(string token) => token[..^3] + (token[^3] == 'A' ? 'B' : 'A') + token[^2..];

    private static string Path(System.Text.Json.Nodes.JsonNode mail, string pattern) => Regex.Match(mail["html"]!.GetValue<string>(), pattern).Value;

    private static HttpClient Recipient(MailTenant tenant) => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = tenant.Platform.Address };

    private async Task<(MailTenant Tenant, Guid Message, System.Text.Json.Nodes.JsonNode Mail)> SentAsync()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var message = MailTenant.To("ada@example.com");
        await tenant.SendOneAsync(await tenant.BatchAsync(), message, "sent");
        return (tenant, message.MessageId, await tenant.Api.GetAsync($"/api/notifications/sandbox/{message.MessageId}"));
    }
}

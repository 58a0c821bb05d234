using Tideline.Testing;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>A campaign on the whole platform, its messages caught by the sandbox.</summary>
public sealed class WholeStoryTests(PlatformFixture fixture)
{
    [Fact]
    public async Task A_campaign_reaches_its_people_and_its_numbers_are_the_message_logs()
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        await Eventually.Get(() => anna.GetAsync("/api/brands/brands"), b => b["data"]!.AsArray().Count > 0, "the default brand");
        await anna.PostAsync("/api/leads/leads/batch", new { leads = Enumerable.Range(0, 450).Select(i => new { firstName = $"Pat{i}", email = $"pat{i}@example.com" }) });
        await anna.PostAsync("/api/customers/suppressions", new { channel = "email", address = "pat3@example.com", reason = "manual" });
        var id = (await anna.PostAsync("/api/campaigns/campaigns", new
        {
            name = "Spring",
            subject = "Hello {{firstName}}",
            html = """<p>Dear {{firstName}}, <a href="https://example.com/offer">look</a></p>""",
            audience = new { leadFilter = new { } },
        }))["id"]!.GetValue<Guid>();
        await anna.PostAsync($"/api/campaigns/campaigns/{id}/start");
        await Eventually.Get(() => anna.GetAsync($"/api/campaigns/campaigns/{id}"), c => c["status"]!.GetValue<string>() == "completed", "the end", TimeSpan.FromSeconds(60));

        var caught = (await anna.GetAsync($"/api/notifications/sandbox?campaignId={id}&q=pat77@example.com"))["data"]!.AsArray().Single()!;
        Assert.Equal("Hello Pat77", caught["subject"]!.GetValue<string>());
        var mail = await anna.GetAsync($"/api/notifications/sandbox/{caught["id"]}");
        var html = mail["html"]!.GetValue<string>();
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var reader = new HttpClient(handler) { BaseAddress = fixture.Platform.Address };
        var click = System.Text.RegularExpressions.Regex.Match(html, @"https?://[^""/]+(?<path>/[^""]*/t/c/[^""]+|/t/c/[^""]+)""").Groups["path"].Value;
        Assert.NotEmpty(click);
        using (var followed = await reader.GetAsync(click)) Assert.Equal(new Uri("https://example.com/offer"), followed.Headers.Location);
        var stats = (await Eventually.Get(() => anna.GetAsync($"/api/campaigns/campaigns/{id}/monitor"), m => Number(m["stats"]!, "clicked") == 1, "the click"))["stats"]!;
        var log = (await anna.GetAsync($"/api/notifications/messages/summary?campaignId={id}"))["byStatus"]!.AsObject();
        Assert.Equal((450, 449, 1, 0), (Number(stats, "recipients"), Number(stats, "sent"), Number(stats, "skipped"), Number(stats, "queued")));
        Assert.Equal(Number(stats, "sent"), log.Where(s => s.Key is "sent" or "delivered").Sum(s => s.Value!.GetValue<long>()));
        Assert.Equal(449, log.Sum(s => s.Value!.GetValue<long>()));
    }
}

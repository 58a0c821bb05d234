using System.Diagnostics;
using Tideline.Services.Tests.Notifications.Email;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

/// <summary>How fast a campaign goes through: asked for by name, since a machine at other work gives other numbers.</summary>
public class ThroughputTests
{
    [Theory(Explicit = true)]
    [InlineData("sandbox")]
    [InlineData("smtp")]
    public async Task A_campaign_of_20_000(string mode)
    {
        const int count = 20_000;
        await using var sink = mode == "smtp" ? await SmtpSink.StartAsync() : null;
        var settings = new Dictionary<string, string?> { ["Services:campaigns:Secret"] = "the-secret-of-campaigns-in-tests-0123456789", ["Services:notifications:Mode"] = mode };
        if (sink is not null)
        {
            settings["Services:notifications:Smtp:Host"] = "127.0.0.1";
            settings["Services:notifications:Smtp:Port"] = sink.Port.ToString();
            settings["Services:notifications:Smtp:Security"] = "None";
        }
        await using var platform = await TestPlatform.StartAsync(settings: settings);
        var tenant = await MailTenant.CreateAsync(platform);
        var batch = await tenant.BatchAsync();
        await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
        var watch = Stopwatch.StartNew();
        foreach (var part in MailTenant.Many(count).Chunk(1000)) await tenant.Campaigns.HandOverAsync(batch, part, default);
        var handedOver = watch.Elapsed;
        var processor = Process.GetCurrentProcess().TotalProcessorTime;
        watch.Restart();
        await tenant.Campaigns.SetBatchStateAsync(batch, "running", default);
        await Eventually.Get(async () => (await tenant.Api.GetAsync($"/api/notifications/messages/summary?campaignId={batch}"))["byStatus"]!["sent"]?.GetValue<int>() ?? 0,
            n => n == count, "all sent", TimeSpan.FromMinutes(3));
        var each = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds / count;
        Assert.Skip($"{mode}: handed over {count / handedOver.TotalSeconds:0}/s, sent {count / watch.Elapsed.TotalSeconds:0}/s, {each:0} µs of this process each (all services, events included)");
    }
}

using Tideline.Testing;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Real processes that die, as if their power had gone, at the worst moments.</summary>
public sealed class KillTests
{
    private const int People = 5_100; // Two pages of the audience, six hand-overs.

    [Fact]
    public async Task Killed_while_the_audience_is_frozen_and_between_a_hand_over_and_its_note_everybody_gets_one_message()
    {
        var folder = Directory.CreateTempSubdirectory("tideline-kill-").FullName;
        var port = PlatformProcess.FreePorts(1)[0];
        var settings = new Dictionary<string, string?>
        {
            ["Database:Admin"] = await TestCluster.AdminAsync(),
            ["Database:Prefix"] = TestCluster.NextPrefix(),
            ["Logging:LogLevel:Default"] = "Warning",
            ["Services:identity:PasswordIterations"] = "1000",
            ["Services:notifications:Mode"] = "sandbox",
            ["Services:worker:Lease"] = "00:00:02",
        };
        ApiClient owner;
        Guid id;
        await using (var first = Process("campaigns.page-frozen"))
        {
            await first.StartAsync();
            owner = await first.NewTenantAsync();
            await Eventually.Get(() => owner.GetAsync("/api/brands/brands"), b => b["data"]!.AsArray().Count > 0, "the default brand");
            foreach (var part in Enumerable.Range(0, People).Chunk(1000))
                await owner.PostAsync("/api/leads/leads/batch", new { leads = part.Select(i => new { firstName = "Pat", email = $"p{i}@example.com" }) });
            id = (await owner.PostAsync("/api/campaigns/campaigns", new { name = "N", subject = "S", html = "<p>Hello {{firstName}}</p>" }))["id"]!.GetValue<Guid>();
            await owner.PostAsync($"/api/campaigns/campaigns/{id}/start");
            await DeadAsync(owner, id);
        }
        await using (var second = Process("campaigns.handed-over:3"))
        {
            await second.StartAsync();
            await DeadAsync(owner, id);
        }
        await using var third = Process(null);
        await third.StartAsync();
        var done = await Eventually.Get(() => owner.GetAsync($"/api/campaigns/campaigns/{id}"), c => c["status"]!.GetValue<string>() == "completed", "the end", TimeSpan.FromSeconds(90));
        var stats = done["stats"]!;
        // Whom the sandbox was writing down at the kill is told as unknown, by notifications, and nobody is asked twice.
        Assert.Equal((People, 0), (Number(stats, "recipients"), Number(stats, "skipped")));
        Assert.Equal(People, Number(stats, "sent") + Number(stats, "unknown"));
        var log = (await owner.GetAsync($"/api/notifications/messages/summary?campaignId={id}"))["byStatus"]!.AsObject();
        Assert.Equal(People, log.Sum(s => s.Value!.GetValue<long>()));
        Assert.Equal(Number(stats, "sent"), log["sent"]!.GetValue<long>());

        PlatformProcess Process(string? crashPoint) => PlatformProcess.Of("all", port, folder, new Dictionary<string, string?>(settings) { ["TIDELINE_CRASH_POINT"] = crashPoint });
    }

    private static Task<bool> DeadAsync(ApiClient client, Guid campaign) => Eventually.Get(async () =>
    {
        try
        {
            await client.GetAsync($"/api/campaigns/campaigns/{campaign}");
            return false;
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            return true;
        }
    }, dead => dead, "the process is dead", TimeSpan.FromSeconds(60));
}

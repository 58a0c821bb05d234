using Tideline.Campaigns.Results;
using Tideline.Contracts;
using Tideline.Contracts.Notifications;
using Tideline.Testing;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Numbers are what the messages' facts say, in whatever order and however often these come.</summary>
public sealed class ResultTests(CampaignHost host) : IClassFixture<CampaignHost>
{
    private static readonly string[] Numbers = ["skipped", "sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "failed", "unknown", "cancelled"];

    [Fact]
    public async Task The_monitor_equals_the_facts_whatever_their_order()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(300);
        shop.Post.SendsAtOnce = false;
        var id = await shop.StartedAsync();
        await Eventually.Get(() => Task.FromResult(shop.Post.Count), n => n == 300, "all are handed over");
        Assert.Equal(300, Number((await shop.MonitorAsync(id))["stats"]!, "queued"));

        var random = new Random(20261121);
        var lives = shop.Post.Messages.ToDictionary(m => m.MessageId, m => Life(m, id, random));
        var facts = lives.Values.SelectMany(l => l).ToList();
        var told = facts.Concat(facts.Where(f => f is MessageOpened or MessageClicked && random.Next(2) == 0)).ToArray();
        random.Shuffle(told);
        foreach (var part in told.Chunk(97)) await shop.TellAsync(part);
        var stats = (await shop.InStatusAsync(id, "completed"))["stats"]!;
        // Opens that come after the end of the sending count as well.
        stats = (await Eventually.Get(() => shop.MonitorAsync(id), m => Matches(m["stats"]!), "the numbers of the facts"))["stats"]!;
        Assert.Equal((300, 0), (Number(stats, "recipients"), Number(stats, "queued")));
        foreach (var name in Numbers) Assert.Equal(Number(stats, name), (await shop.RecipientsAsync(id, name)).Count);
        Assert.Equal(300, (await shop.RecipientsAsync(id)).Select(r => r["email"]!.GetValue<string>()).Distinct().Count());

        var failures = (await shop.MonitorAsync(id))["failures"]!.AsArray().ToDictionary(f => f!["reason"]!.GetValue<string>(), f => Number(f!, "count"));
        Assert.Equal(Number(stats, "bounced"), failures.Where(f => f.Key.StartsWith("550 5.1.1", StringComparison.Ordinal)).Sum(f => f.Value));
        Assert.Equal(Number(stats, "unknown"), failures.GetValueOrDefault("No answer."));
        // Only what differs between servers, not between messages.
        Assert.InRange(failures.Count, 1, 4);

        bool Matches(System.Text.Json.Nodes.JsonNode now) => Numbers.All(name => Number(now, name) == Expected(name));

        long Expected(string name) => lives.Values.LongCount(l => name switch
        {
            "sent" => l.Any(f => f is MessageSent),
            "delivered" => l.Any(f => f is MessageDelivered),
            "opened" => l.Any(f => f is MessageOpened),
            "clicked" => l.Any(f => f is MessageClicked),
            "bounced" => l.Any(f => f is MessageBounced),
            "complained" => l.Any(f => f is MessageComplained),
            "unsubscribed" => l.Any(f => f is MessageUnsubscribed),
            "skipped" => l.Any(f => f is MessageFailed { Outcome: "suppressed" }),
            "failed" or "cancelled" => l.Any(f => f is MessageFailed failed && failed.Outcome == name),
            // Set right by a later answer.
            "unknown" => l.Any(f => f is MessageFailed { Outcome: "unknown" }) && !l.Any(f => f is MessageSent),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        });
    }

    [Fact]
    public async Task Facts_that_are_none_of_a_campaigns_change_nothing()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(2);
        var id = await shop.StartedAsync();
        await shop.InStatusAsync(id, "completed");
        var known = shop.Post.Messages[0];
        await shop.TellAsync(
        [
            Office.Failed(known with { MessageId = Guid.CreateVersion7() }, id, "failed", "A test, perhaps."),
            Office.Failed(known, Guid.CreateVersion7(), "failed", "Another campaign."),
            Office.Failed(known, id, "failed", "None.") with { CampaignId = null },
            Opened(known, id),
        ]);
        await Eventually.Get(() => shop.GetAsync(id), c => Number(c["stats"]!, "opened") == 1, "the open that counts");
        Assert.Equal((2, 0), (Number((await shop.GetAsync(id))["stats"]!, "sent"), Number((await shop.GetAsync(id))["stats"]!, "failed")));
    }

    [Fact]
    public void The_order_of_news_does_not_matter_and_everybody_counts_once()
    {
        var ends = new[] { Metric.Sent, Metric.Bounced, Metric.Failed, Metric.Unknown, Metric.Cancelled, Metric.Skipped };
        for (var bits = 0; bits < 2048; bits++)
        {
            var metrics = MessageState.MetricsOf((MessageFlags)bits).ToList();
            Assert.Equal(metrics.Distinct().Count(), metrics.Count);
            // Who has come to an end counts for an end, and who has not for none.
            Assert.Equal(metrics.Contains(Metric.Ended), metrics.Any(m => ends.Contains(m) || m == Metric.Delivered));
            Assert.True(metrics.Count(m => m is Metric.Failed or Metric.Unknown or Metric.Cancelled or Metric.Skipped) <= 1);
            var word = MessageState.WordFor((MessageFlags)bits);
            Assert.True(word == "queued" || metrics.Exists(m => Tally.NameOf(m) == word), $"{(MessageFlags)bits}: {word}");
        }
    }

    [Theory]
    [InlineData("550 5.1.1 <ann.lee@example.com>: Recipient address rejected", "550 5.1.1 …: Recipient address rejected")]
    [InlineData("421 4.7.0 [10.1.2.3] Try again later (in q18-20020a05600c46d200b0)", "421 4.7.0 […] Try again later (in …)")]
    [InlineData("  No   answer. ", "No answer.")]
    [InlineData(null, "")]
    public void Reasons_are_told_without_what_is_particular_to_one_message(string? reason, string expected) => Assert.Equal(expected, Reasons.General(reason, 120));

    [Fact]
    public void The_curve_is_thinned_and_keeps_its_ends()
    {
        var start = new DateTimeOffset(2026, 11, 21, 10, 0, 3, TimeSpan.Zero);
        var sums = Enumerable.Range(0, 3000).Select(i => (Tally.BucketOf(start, start.AddMinutes(i)), "sent", 2L)).ToList();
        var curve = new Pace(start, sums).Curve();
        Assert.InRange(curve.Count, 100, 240);
        Assert.Equal((start, 0, 6000), (curve[0].At, curve[0].Sent, curve[^1].Sent));
        Assert.Equal(curve.Select(p => p.Sent).Order(), curve.Select(p => p.Sent));
        Assert.Equal(curve.Select(p => p.At).Order(), curve.Select(p => p.At));
    }

    private static List<MessageEvent> Life(HandOver m, Guid campaign, Random random)
    {
        var life = new List<MessageEvent>();
        switch (random.Next(10))
        {
            case 0:
                return [new MessageBounced { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow, Hard = true, Reason = $"550 5.1.1 <{m.Address}>: no such user" }];
            case 1:
                return [Office.Failed(m, campaign, random.Next(3) switch { 0 => "failed", 1 => "suppressed", _ => "cancelled" }, "Not sent.")];
            case 2:
                life.Add(Office.Failed(m, campaign, "unknown", "No answer."));
                if (random.Next(2) == 0) return life;
                break;
        }
        life.Add(Office.Sent(m, campaign));
        if (random.Next(2) == 0) life.Add(new MessageDelivered { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow });
        for (var i = random.Next(3); i > 0; i--) life.Add(Opened(m, campaign));
        for (var i = random.Next(3); i > 0; i--)
            life.Add(new MessageClicked { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow, First = i == 1, Url = "https://example.com" });
        if (random.Next(8) == 0) life.Add(new MessageComplained { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow });
        if (random.Next(8) == 0) life.Add(new MessageUnsubscribed { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow });
        return life;
    }

    private static MessageOpened Opened(HandOver m, Guid campaign) =>
        new() { MessageId = m.MessageId, Channel = "email", Address = m.Address, CampaignId = campaign, At = DateTimeOffset.UtcNow, First = true };
}

using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Notifications;
using Tideline.Notifications;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications;

/// <summary>The ledger's promises with runs that overlap: the moments that no test from outside can hit at will.</summary>
public class LedgerTests(NotificationsFixture fixture)
{
    private static readonly SmtpOutcome Taken = new SmtpOutcome.Sent(new SmtpReply(250, default, "ok"), null);

    [Fact]
    public async Task A_retried_job_finds_what_its_earlier_run_left_and_the_answer_that_comes_after_all_sets_it_right()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var (_, chunk, batch, message) = await HeldAsync(tenant);
        var first = new Claim(tenant.Id, chunk, Guid.NewGuid(), 1);
        var claimed = Assert.Single(await tenant.Platform.InTenantAsync(tenant.Id, async sp => (await sp.GetRequiredService<DeliveryLedger>().ClaimAsync(first, batch, "smtp", 50, default)).Messages));
        await tenant.InStateAsync(message, "sending");
        // Another job beside it takes nothing away from a run that is alive.
        Assert.Equal(0, await SettleAsync(tenant, first with { Job = Guid.NewGuid() }));
        Assert.Equal(1, await SettleAsync(tenant, first with { Attempt = 2 }));
        await tenant.InStateAsync(message, "unknown");

        await RecordAsync(tenant, first, "smtp", claimed);
        await tenant.InStateAsync(message, "sent");
        Assert.Single(await tenant.EventsAsync("message.sent", message.ToString()));
    }

    [Fact]
    public async Task What_the_sandbox_did_not_keep_goes_again_and_is_kept_once()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var (_, chunk, batch, message) = await HeldAsync(tenant);
        var first = new Claim(tenant.Id, chunk, Guid.NewGuid(), 1);
        var claimed = Assert.Single(await tenant.Platform.InTenantAsync(tenant.Id, async sp => (await sp.GetRequiredService<DeliveryLedger>().ClaimAsync(first, batch, "sandbox", 50, default)).Messages));
        await SettleAsync(tenant, first with { Attempt = 2 });
        await tenant.InStateAsync(message, "queued");

        // The run that was taken for dead wakes up: its outcome is nobody's any more.
        await RecordAsync(tenant, first, "sandbox", claimed);
        await tenant.InStateAsync(message, "queued");
        Assert.Empty(await tenant.EventsNowAsync("message.sent", message.ToString()));
        Assert.Empty(await tenant.EventsNowAsync("message.failed", message.ToString()));
    }

    [Fact]
    public async Task Two_runs_never_claim_the_same_message()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var (_, chunk, batch, _) = await HeldAsync(tenant, 100);
        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => tenant.Platform.InTenantAsync(tenant.Id, async sp =>
            (await sp.GetRequiredService<DeliveryLedger>().ClaimAsync(new Claim(tenant.Id, chunk, Guid.NewGuid(), 1), batch, "sandbox", 30, default)).Messages)));
        var ids = claims.SelectMany(c => c).Select(m => m.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }

    [Fact]
    public void A_relay_that_lets_nobody_in_is_asked_again_soon_and_a_message_is_given_up_in_the_end()
    {
        var options = new NotificationsOptions { RetryFrom = TimeSpan.FromMinutes(10), RetryUpTo = TimeSpan.FromHours(1), GiveUpAfter = TimeSpan.FromDays(1) };
        var judge = new Judge(options, TimeProvider.System);
        var away = new SmtpOutcome.Retry(SmtpPhase.Connect, null, "Connection refused.");
        var verdict = judge.Of(Message(DateTimeOffset.UtcNow.AddHours(-1)), away);
        Assert.Equal(("queued", "retry"), (verdict.Status, verdict.Outcome));
        Assert.InRange(verdict.RetryIn, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5));
        Assert.Equal("failed", judge.Of(Message(DateTimeOffset.UtcNow.AddDays(-2)), away).Status);

        var refused = new SmtpOutcome.Retry(SmtpPhase.RcptTo, new SmtpReply(451, default, "later"), "later");
        Assert.InRange(judge.Of(Message(DateTimeOffset.UtcNow.AddHours(-1)), refused).RetryIn, TimeSpan.FromMinutes(7), TimeSpan.FromMinutes(10));
        var over = judge.Of(Message(DateTimeOffset.UtcNow.AddDays(-2)), refused);
        Assert.Equal(("bounced", false), (over.Status, over.IsHard));
    }

    [Fact]
    public async Task A_relay_that_lets_nobody_in_is_left_alone_for_a_while_and_welcome_back_at_once()
    {
        var turnedAway = true;
        await using var relay = new Email.ScriptedSmtpServer(talk => talk.ServeAsync(line => line.Length == 0 && turnedAway ? "421 busy" : null));
        var options = new NotificationsOptions { Mode = DeliveryMode.Smtp, RetryFrom = TimeSpan.FromSeconds(1) };
        (options.Smtp.Host, options.Smtp.Port, options.Smtp.Security) = ("127.0.0.1", relay.Port, SmtpSecurity.None);
        var clock = new SteppedClock();
        await using var gateway = new MailGateway(Microsoft.Extensions.Options.Options.Create(options), clock);
        Assert.Equal(TimeSpan.Zero, gateway.RestFor);

        await gateway.SendAsync([Email.SmtpFixture.Mail()], default);
        Assert.Equal(TimeSpan.FromSeconds(1), gateway.RestFor);
        Assert.NotNull(gateway.Trouble);
        // Another sending that was on its way already makes it no worse; one after the rest does.
        await gateway.SendAsync([Email.SmtpFixture.Mail()], default);
        Assert.Equal(TimeSpan.FromSeconds(1), gateway.RestFor);
        clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(TimeSpan.Zero, gateway.RestFor);
        await gateway.SendAsync([Email.SmtpFixture.Mail()], default);
        Assert.Equal(TimeSpan.FromSeconds(2), gateway.RestFor);

        turnedAway = false;
        Assert.IsType<SmtpOutcome.Sent>(Assert.Single(await gateway.SendAsync([Email.SmtpFixture.Mail()], default)));
        Assert.Equal((TimeSpan.Zero, null), (gateway.RestFor, gateway.Trouble));
    }

    private sealed class SteppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static Claimed Message(DateTimeOffset firstTry) => new()
    {
        Id = Guid.NewGuid(),
        Kind = "campaign",
        Address = "ada@example.com",
        Subject = "x",
        Variables = "{}",
        Attempts = 1,
        FirstAttemptAt = firstTry,
        Status = "sending",
    };

    /// <summary>Messages of a batch that runs, whose own job has come and gone.</summary>
    private static async Task<(Guid Job, Guid Chunk, Guid Batch, Guid Message)> HeldAsync(MailTenant tenant, int count = 1)
    {
        var batch = await tenant.BatchAsync();
        await tenant.Campaigns.SetBatchStateAsync(batch, "paused", default);
        var messages = MailTenant.Many(count);
        await tenant.Campaigns.HandOverAsync(batch, messages, default);
        await Testing.Eventually.Get(() => tenant.QueryAsync("notifications", $"select count(*) from chunk where batch_id = '{batch}' and due_at is null", r => r.GetInt64(0)), n => n[0] == 1, "the chunk at rest");
        await tenant.ExecuteAsync($"update batch set state = 'running' where id = '{batch}'");
        var chunk = (await tenant.QueryAsync("notifications", $"select id from chunk where batch_id = '{batch}'", r => r.GetGuid(0)))[0];
        return (Guid.Empty, chunk, batch, messages[0].MessageId);
    }

    private static Task<int> SettleAsync(MailTenant tenant, Claim claim) =>
        tenant.Platform.InTenantAsync(tenant.Id, sp => sp.GetRequiredService<DeliveryLedger>().SettleAsync(claim, default));

    private static Task<int> RecordAsync(MailTenant tenant, Claim claim, string provider, Claimed message) => tenant.Platform.InTenantAsync(tenant.Id, async sp =>
    {
        var verdict = sp.GetRequiredService<Judge>().Of(message, Taken);
        await sp.GetRequiredService<OutcomeLedger>().RecordAsync(claim, provider, [verdict]);
        return 0;
    });
}

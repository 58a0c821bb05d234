using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Notifications.Batches;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Notifications.Delivery;

/// <summary>The messages of a chunk are to go out.</summary>
[Job("notifications.deliver", Queue = "mail", MaxAttempts = 25, Concurrency = 8, TimeoutSeconds = 3600)]
internal sealed record DeliverMessages(Guid ChunkId) : IJob;

/// <summary>
/// Claims some messages at a time, hands them to the provider, writes down what it said. What cannot go out yet brings the job back later; a paused batch ends
/// it, and its resuming asks for a new one.
/// </summary>
internal sealed class RunDeliverMessages(
    NotificationsDb db, DeliveryLedger ledger, SendMessages sending, MailGateway gateway, ILiveUpdates live) : IRunJob<DeliverMessages>
{
    private const int ClaimSize = 50;

    public async Task RunAsync(DeliverMessages job, JobRun run, CancellationToken ct)
    {
        var tenant = db.Caller.TenantId;
        var claim = new Claim(tenant, job.ChunkId, run.Id, run.Attempt);
        var chunk = await db.Chunks.AsNoTracking().SingleOrDefaultAsync(c => c.Id == job.ChunkId, ct) ?? throw new JobFailed("There is no such chunk of messages.");
        var batch = chunk.BatchId is { } id ? await db.Batches.AsNoTracking().SingleAsync(b => b.Id == id, ct) : null;
        if (await ledger.SettleAsync(claim, ct) is > 0 and var unknown) run.Log($"{unknown} messages had been left without an answer; their end is unknown.");

        var (sent, held) = (0, 0);
        while (gateway.RestFor == TimeSpan.Zero)
        {
            ct.ThrowIfCancellationRequested();
            var (messages, suppressed) = await ledger.ClaimAsync(claim, chunk.BatchId, gateway.Provider, ClaimSize, ct);
            held += suppressed;
            if (messages.Count == 0 && suppressed == 0) break;
            sent += await sending.SendAsync(claim, messages, batch, ct);
            Tell(tenant);
        }
        ct.ThrowIfCancellationRequested();
        var rest = await ledger.CloseAsync(claim, chunk.BatchId, gateway.RestFor, ct);
        if (rest.IsCancelled && await ledger.CancelAsync(tenant, chunk.Id, ct) > 0) Tell(tenant);
        run.Log($"{sent} handed over, {held} held back.");
        if (rest.WakeIn is { } wait) throw new JobSnoozed(wait);
    }

    private void Tell(Guid tenant)
    {
        live.Changed(tenant, "messages");
        if (gateway.IsSandbox) live.Changed(tenant, "sandbox");
    }
}

/// <summary>One claim's way through composing, the provider and the ledger. Whatever goes wrong with a message has a verdict; none is forgotten.</summary>
internal sealed class SendMessages(MailComposer composer, MailGateway gateway, OutcomeLedger outcomes, Judge judge, TimeProvider clock)
{
    // A claim must have ended before others may take it for abandoned.
    private static readonly TimeSpan LongestClaim = TimeSpan.FromMinutes(8);

    /// <returns>How many the provider took.</returns>
    public async Task<int> SendAsync(Claim claim, IReadOnlyList<Claimed> messages, Batch? batch, CancellationToken ct)
    {
        var mails = new List<ComposedMail>(messages.Count);
        var verdicts = new List<Verdict>(messages.Count);
        var spans = new List<Activity?>(messages.Count);
        try
        {
            foreach (var message in messages)
            {
                if (await ComposeAsync(message, batch, mails, ct) is { } refused) verdicts.Add(refused);
            }
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(LongestClaim);
            foreach (var mail in mails) spans.Add(MessageTraces.StartSend(mail.Message, gateway));
            var began = clock.GetTimestamp();
            var answers = await gateway.SendAsync([.. mails.Select(m => m.Mail)], limit.Token);
            var took = clock.GetElapsedTime(began);
            if (mails.Count > 0) NotificationsTelemetry.HandedOver(gateway.Provider, took);
            for (var i = 0; i < mails.Count; i++)
            {
                var verdict = judge.Of(mails[i].Message, answers[i]);
                if (verdict.Outcome is not (null or "sent")) spans[i]?.SetStatus(ActivityStatusCode.Error, verdict.Outcome);
                spans[i]?.SetTag("tideline.mail.outcome", verdict.Outcome ?? "untried");
                verdicts.Add(verdict with { Subject = mails[i].Subject, Copy = gateway.IsSandbox ? mails[i] : null, Span = spans[i], Took = took });
            }
            await outcomes.RecordAsync(claim, gateway.Provider, verdicts);
        }
        finally
        {
            foreach (var span in spans) span?.Dispose();
            foreach (var mail in mails) mail.Dispose();
        }
        return verdicts.Count(v => v.Outcome == "sent");
    }

    private async Task<Verdict?> ComposeAsync(Claimed message, Batch? batch, List<ComposedMail> mails, CancellationToken ct)
    {
        try
        {
            mails.Add(await composer.ComposeAsync(message, batch, ct));
            return null;
        }
        catch (UnsendableException e)
        {
            return Judge.Hopeless(message, e.Message);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return Judge.Untried(message);
        }
#pragma warning disable CA1031 // Nothing has left yet: whatever it was, the message goes back to the queue and never stays behind as sending.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return judge.Again(message, $"It could not be built: {e.Message}", isRelayFault: e is NoBrandYetException, wasAnswered: false);
        }
    }
}

namespace Tideline.Notifications.Email;

/// <summary>
/// Sends messages through one relay over a few connections that stay open. It never throws for a message: each has an
/// outcome, in the order of the batch.
/// </summary>
internal sealed class SmtpTransport(SmtpOptions options, TimeProvider clock) : IAsyncDisposable
{
    private readonly SmtpPool _pool = new(options, clock);

    public SmtpOptions Options => options;

    public int IdleConnections => _pool.IdleCount;

    /// <summary>
    /// Hands a batch over. When the caller gives up, messages not begun come back as Retry, and those begun get
    /// <see cref="SmtpOptions.StopGrace"/> to end.
    /// </summary>
    public async Task<IReadOnlyList<SmtpOutcome>> SendAsync(IReadOnlyList<SmtpMail> batch, CancellationToken ct)
    {
        if (batch.Count == 0) return [];
        var work = new SmtpBatch(batch, options.Rate, ct);
        var workers = new Task[Math.Min(options.MaxConnections, batch.Count)];
        for (var i = 0; i < workers.Length; i++) workers[i] = WorkAsync(work);
        await Task.WhenAll(workers).ConfigureAwait(false);
        return work.Outcomes();
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private async Task WorkAsync(SmtpBatch work)
    {
        try { await _pool.EnterAsync(work.Stop).ConfigureAwait(false); }
        catch (OperationCanceledException) { return; }
        try
        {
            using var deadline = new Deadline(options.StopGrace, work.Stop);
            await new SmtpWorker(_pool, work, deadline).RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _pool.Leave();
        }
    }
}

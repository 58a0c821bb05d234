namespace Tideline.Platform.Events;

/// <summary>Wakes a service's relay in this process after a commit, so that it need not poll for what it could be told.</summary>
public sealed class OutboxSignal
{
    private readonly Signal _signal = new();

    /// <summary>There may be something in the outbox.</summary>
    public void Raise() => _signal.Raise();

    /// <summary>Waits for the signal or the time-out, whichever comes first.</summary>
    /// <returns>Whether it was the signal.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken ct) => _signal.WaitAsync(timeout, ct);
}

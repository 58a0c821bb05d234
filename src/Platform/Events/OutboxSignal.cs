namespace Tideline.Platform.Events;

/// <summary>Wakes a service's relay in this process after a commit, so that it need not poll for what it could be told.</summary>
public sealed class OutboxSignal
{
    private readonly SemaphoreSlim _news = new(0, 1);

    /// <summary>There may be something in the outbox.</summary>
    public void Raise()
    {
        try
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else raised it at the same moment: once is enough.
        }
    }

    /// <summary>Waits for the signal or the time-out, whichever comes first.</summary>
    public Task WaitAsync(TimeSpan timeout, CancellationToken ct) => _news.WaitAsync(timeout, ct);
}

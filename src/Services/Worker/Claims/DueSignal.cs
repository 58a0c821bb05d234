namespace Tideline.Worker.Claims;

/// <summary>Tells the loop that promotes scheduled jobs that one came in which may be due before it looks again.</summary>
internal sealed class DueSignal : IDisposable
{
    private readonly SemaphoreSlim _news = new(0, 1);

    public void Raise()
    {
        try
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Raised by somebody else at the same moment: once is enough.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _news.WaitAsync(atMost, ct);

    public void Dispose() => _news.Dispose();
}

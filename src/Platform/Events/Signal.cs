using System.Diagnostics.CodeAnalysis;

namespace Tideline.Platform.Events;

/// <summary>Wakes one waiter; raised many times before it looks, it wakes it once.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is only awaited holds nothing to dispose of.")]
internal sealed class Signal
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
            // Somebody else raised it at the same moment: once is enough.
        }
    }

    /// <summary>Waits for the signal or the time-out, whichever comes first.</summary>
    /// <returns>Whether it was the signal.</returns>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken ct) => _news.WaitAsync(timeout, ct);
}

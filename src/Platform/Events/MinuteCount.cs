namespace Tideline.Platform.Events;

/// <summary>Counts what happened in the last minute.</summary>
internal sealed class MinuteCount(TimeProvider clock)
{
    private const int Seconds = 60;
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[Seconds];
    private long _second = clock.GetUtcNow().ToUnixTimeSeconds();

    public void Add(int count)
    {
        lock (_lock)
        {
            Forget();
            _counts[_second % Seconds] += count;
        }
    }

    public long Value
    {
        get
        {
            lock (_lock)
            {
                Forget();
                return _counts.Sum();
            }
        }
    }

    private void Forget()
    {
        var now = Math.Max(_second, clock.GetUtcNow().ToUnixTimeSeconds());
        if (now - _second >= Seconds) Array.Clear(_counts);
        else for (var passed = _second + 1; passed <= now; passed++) _counts[passed % Seconds] = 0;
        _second = now;
    }
}

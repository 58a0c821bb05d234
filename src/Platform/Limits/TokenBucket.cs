namespace Tideline.Platform.Limits;

/// <summary>
/// One process' view of a bucket that all share: what was left when it last heard of it, what has come back since, and what it has
/// given out itself. Unlike the framework's limiter it can be told what others have spent, and so may be in debt.
/// </summary>
internal sealed class TokenBucket(LimitRate rate, long now)
{
    private readonly Lock _lock = new();
    private double _tokens = rate.Burst;
    private long _at = now;
    private double _unsent;
    private long _sentAt = now;

    public LimitRate Rate => rate;

    /// <summary>Takes a token if there is one.</summary>
    public LimitState Take(TimeProvider clock)
    {
        lock (_lock)
        {
            Refill(clock);
            var isAllowed = _tokens >= 1;
            if (isAllowed) (_tokens, _unsent) = (_tokens - 1, _unsent + 1);
            return new LimitState(isAllowed, (int)rate.Burst, Math.Max(0, (int)_tokens), After(1), After(rate.Burst));
        }
    }

    /// <summary>Puts back what was taken for a request that another bucket refused.</summary>
    public void GiveBack()
    {
        lock (_lock) (_tokens, _unsent) = (Math.Min(rate.Burst, _tokens + 1), _unsent - 1);
    }

    /// <summary>
    /// What others must hear of: everything given out since the last time, once that is a twentieth of what the bucket holds, or gets back
    /// meanwhile. Whoever uses less costs the database nothing.
    /// </summary>
    public double TakeUnsent(TimeProvider clock)
    {
        lock (_lock)
        {
            if (_unsent < 1 || _unsent < 0.05 * Math.Min(rate.Burst, rate.PerSecond * clock.GetElapsedTime(_sentAt).TotalSeconds)) return 0;
            var unsent = _unsent;
            (_unsent, _sentAt) = (0, clock.GetTimestamp());
            return unsent;
        }
    }

    /// <summary>What is left for all together, this process' last report included.</summary>
    public void Learn(double tokens, TimeProvider clock)
    {
        lock (_lock) (_tokens, _at) = (Math.Min(rate.Burst, tokens) - _unsent, clock.GetTimestamp());
    }

    /// <summary>A report did not get through.</summary>
    public void Keep(double unsent)
    {
        lock (_lock) _unsent += unsent;
    }

    /// <summary>Full and with nothing to tell, it is as good as a new one.</summary>
    public bool IsIdle(TimeProvider clock)
    {
        lock (_lock)
        {
            Refill(clock);
            return _tokens >= rate.Burst && _unsent < 1;
        }
    }

    private void Refill(TimeProvider clock)
    {
        var time = clock.GetTimestamp();
        _tokens = Math.Min(rate.Burst, _tokens + rate.PerSecond * clock.GetElapsedTime(_at, time).TotalSeconds);
        _at = time;
    }

    private TimeSpan After(double tokens) => TimeSpan.FromSeconds(Math.Max(0, (tokens - _tokens) / rate.PerSecond));
}

namespace Tideline.Notifications.Email;

/// <summary>
/// Messages per second, as a leaky bucket in virtual time (GCRA): a fixed interval for each message, and a tenth of a
/// second of credit, so that a late timer costs nothing and ten seconds never differ by more than 1 % from the rate.
/// </summary>
internal sealed class SendRate
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly long _tolerance;
    private readonly double _interval;
    private double _next;

    public SendRate(double perSecond, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        _clock = clock;
        PerSecond = perSecond;
        _interval = clock.TimestampFrequency / perSecond;
        _tolerance = clock.TimestampFrequency / 10;
        _next = clock.GetTimestamp();
    }

    public double PerSecond { get; }

    /// <summary>Takes a turn if there is one now.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            if (_next > now) return false;
            Book(now);
            return true;
        }
    }

    /// <summary>Takes the next turn, waiting for it. A turn given up by cancellation is lost, which only slows.</summary>
    public ValueTask WaitAsync(CancellationToken ct)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = _clock.GetTimestamp();
            wait = _next > now ? TimeSpan.FromSeconds((_next - now) / _clock.TimestampFrequency) : TimeSpan.Zero;
            Book(now);
        }
        return wait <= TimeSpan.Zero ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, _clock, ct));
    }

    private void Book(long now) => _next = Math.Max(_next, now - _tolerance) + _interval;
}

using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class SendRateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(5000)]
    public void Any_ten_seconds_keep_the_rate_within_two_percent_though_timers_are_late(double perSecond)
    {
        var clock = new VirtualClock();
        var rate = new SendRate(perSecond, clock);
        var random = new Random(7);
        var sent = new List<double>();
        while (clock.Seconds < 60)
        {
            while (rate.TryTake()) sent.Add(clock.Seconds);
            // The sender looks again after something between a tenth of a millisecond and 40 ms.
            clock.Advance(TimeSpan.FromMilliseconds(0.1 + random.NextDouble() * 40));
        }
        for (var from = 1.0; from < 50; from += 0.37)
        {
            var count = sent.Count(t => t >= from && t < from + 10);
            // One message is the finest step there is.
            Assert.InRange(count, Math.Floor(perSecond * 10 * 0.98) - 1, Math.Ceiling(perSecond * 10 * 1.02) + 1);
        }
    }

    [Fact]
    public void Idle_time_is_not_saved_up()
    {
        var clock = new VirtualClock();
        var rate = new SendRate(100, clock);
        clock.Advance(TimeSpan.FromHours(1));
        var burst = 0;
        while (rate.TryTake()) burst++;
        Assert.InRange(burst, 1, 12);
    }

    [Fact]
    public async Task A_waiting_sender_can_be_stopped()
    {
        var rate = new SendRate(0.001, TimeProvider.System);
        await rate.WaitAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        var waiting = rate.WaitAsync(stop.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private sealed class VirtualClock : TimeProvider
    {
        private long _ticks = 1_000_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public double Seconds => (_ticks - 1_000_000) / (double)TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}

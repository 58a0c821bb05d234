using Tideline.Platform.Events;
using Tideline.Platform.Events.Dispatch;
using Tideline.Platform.Events.Log;

namespace Tideline.Platform.Tests.Events;

/// <summary>The tail must never say less than the log: what it does not know for certain it does not answer.</summary>
public sealed class LogTailTests
{
    private static readonly HashSet<string> Sold = ["sold"];

    [Fact]
    public void What_was_appended_here_is_read_in_its_order()
    {
        var tail = Filled(1, 2, 3, 4, 5);
        Assert.Equal([2L, 4], tail.Read(3, 1, 5, ["even"], 10)!.Select(d => d.Position));
        Assert.Equal([2L], tail.Read(3, 0, 5, ["even"], 1)!.Select(d => d.Position));
        Assert.Equal([2L], tail.Read(3, 0, 3, ["even"], 10)!.Select(d => d.Position));
    }

    [Fact]
    public void Nothing_is_said_across_a_gap()
    {
        var tail = Filled(1, 2, 4, 5);
        Assert.Null(tail.Read(3, 0, 5, ["even"], 10));
        Assert.Null(tail.Read(3, 2, 4, ["even"], 10));
        Assert.Null(tail.Read(3, 4, 6, ["even"], 10));
        Assert.False(tail.HasNone(3, 0, 5, Sold));
        Assert.True(tail.HasNone(3, 3, 5, Sold));
        Assert.False(tail.HasNone(3, 3, 5, ["odd"]));
        Assert.Null(tail.Read(2, 0, 1, ["even"], 10));
    }

    [Fact]
    public void The_oldest_are_forgotten_and_that_is_known()
    {
        var tail = Filled([.. Enumerable.Range(1, 1000).Select(i => (long)i)]);
        Assert.Null(tail.Read(3, 500, 1000, ["even"], 10));
        Assert.Equal(28, tail.Read(3, 944, 1000, ["even"], 100)!.Count);
        Assert.Null(tail.Read(3, 944, long.MaxValue, ["even"], 10));
    }

    [Fact]
    public void A_big_payload_is_left_to_the_log()
    {
        var tail = new LogTail();
        tail.Keep([Of(1) with { Event = Of(1).Event with { Payload = new string('x', 20_000) } }, Of(2)]);
        Assert.Null(tail.Read(3, 0, 2, ["even"], 10));
        Assert.Single(tail.Read(3, 1, 2, ["even"], 10)!);
    }

    private static LogTail Filled(params long[] positions)
    {
        var tail = new LogTail();
        tail.Keep(positions.Select(Of));
        return tail;
    }

    private static Delivery Of(long position) => new(3, position, new EventEnvelope(
        Guid.CreateVersion7(), "test", position % 2 == 0 ? "even" : "odd", 1, "key", null, DateTimeOffset.UnixEpoch, "{}", null, null, null));
}

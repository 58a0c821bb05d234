using System.Diagnostics;
using Tideline.Platform.Telemetry;

namespace Tideline.Platform.Tests.Telemetry;

// Listeners see the whole process: these tests must not see each other's.
[Collection("activity listeners")]
public sealed class RecentTracesTests
{
    [Fact]
    public void Only_the_newest_are_kept()
    {
        using var source = new ActivitySource("Tideline.RingTests");
        using var traces = new RecentTraces(64);
        var trace = ActivityTraceId.CreateRandom();
        var parent = new ActivityContext(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: true);
        for (var i = 0; i < 200; i++) source.StartActivity("step " + i, ActivityKind.Internal, parent)?.Dispose();
        var kept = traces.Of(trace.ToHexString());
        // Other tests' spans fill the ring too, so at most, not exactly; and always the last ones.
        Assert.InRange(kept.Count, 0, 64);
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count).Select(i => "step " + i), kept.Select(s => s.Name));
    }

    [Fact]
    public void It_does_not_decide_what_is_exported()
    {
        using var source = new ActivitySource("Tideline.FlagTests");
        using var traces = new RecentTraces(10_000);
        using var activity = source.StartActivity("work");
        Assert.NotNull(activity);
        Assert.False(activity.Recorded);
    }

    [Fact]
    public void Failures_show_their_type_and_no_message()
    {
        using var source = new ActivitySource("Tideline.FailTests");
        using var traces = new RecentTraces(10_000);
        string trace;
        using (var activity = source.StartActivity("work")!)
        {
            trace = activity.TraceId.ToHexString();
            activity.SetTag("token", "canary");
            activity.Fail(new FormatException("canary"));
        }
        var span = Assert.Single(traces.Of(trace.ToUpperInvariant()));
        Assert.Equal("error", span.Status);
        Assert.Equal("System.FormatException", span.Tags["error.type"]);
        Assert.Equal("***", span.Tags["token"]);
        Assert.Contains(traces.Roots(10_000), s => s.SpanId == span.SpanId);
    }

    [Fact]
    public void Continue_takes_up_the_trace_that_was_written_down_and_otherwise_begins_one()
    {
        using var traces = new RecentTraces(10_000);
        using var around = new Activity("a loop").Start();
        using (var taken = TidelineActivity.Jobs.Continue("run", ActivityKind.Consumer, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
            Assert.Equal("0af7651916cd43dd8448eb211c80319c", taken!.TraceId.ToHexString());
        foreach (var nothing in new[] { null, "", "nonsense" })
            using (var begun = TidelineActivity.Jobs.Continue("run", ActivityKind.Consumer, nothing))
                Assert.NotEqual(around.TraceId, begun!.TraceId);
    }

    [Fact]
    public void Outgoing_calls_without_a_trace_are_not_kept()
    {
        using var source = new ActivitySource("System.Net.Http");
        using var traces = new RecentTraces(10_000);
        Activity.Current = null;
        using var probe = source.StartActivity("GET", ActivityKind.Client);
        Assert.False(probe?.IsAllDataRequested ?? false);
    }
}

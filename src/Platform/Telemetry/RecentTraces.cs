using System.Diagnostics;
using System.Globalization;

namespace Tideline.Platform.Telemetry;

/// <summary>
/// The last spans of this process, for a look at what has just happened without a tracing system at hand: the platform's own, the server's,
/// and outgoing calls that belong to a trace. Spans of the database are left out; they would push everything else from the ring.
/// </summary>
public sealed class RecentTraces : IDisposable
{
    private const int MaxTags = 32;

    private readonly Kept?[] _ring;
    private readonly ActivityListener? _listener;
    private long _written;

    /// <param name="capacity">Spans kept; 0 turns it off.</param>
    public RecentTraces(int capacity)
    {
        _ring = new Kept?[capacity];
        if (capacity == 0) return;
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is TelemetrySources.Server or TelemetrySources.HttpClient
                || source.Name.StartsWith(TelemetrySources.Own, StringComparison.Ordinal),
            Sample = Sample,
            ActivityStopped = Keep,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>All kept spans of a trace, in the order in which they began.</summary>
    public IReadOnlyList<RecordedSpan> Of(string traceId)
    {
        ArgumentNullException.ThrowIfNull(traceId);
        return [.. Find(kept => kept.TraceId.ToHexString().Equals(traceId, StringComparison.OrdinalIgnoreCase)).OrderBy(s => s.StartedAt)];
    }

    /// <summary>The newest kept spans with which a trace began or came into this process, newest first.</summary>
    public IReadOnlyList<RecordedSpan> Roots(int limit)
    {
        // Work that was taken up from an envelope or a call in memory has a "remote" parent too; it is a root only when that is elsewhere.
        var known = new HashSet<ActivitySpanId>();
        for (var i = 0; i < _ring.Length; i++)
            if (Volatile.Read(ref _ring[i]) is { } kept) known.Add(kept.SpanId);
        return
        [
            .. Find(kept => kept.ParentSpanId == default || (kept.HasRemoteParent && !known.Contains(kept.ParentSpanId)))
                .OrderByDescending(s => s.StartedAt).Take(limit),
        ];
    }

    /// <inheritdoc/>
    public void Dispose() => _listener?.Dispose();

    // All data, but not "recorded": what is exported is decided by the exporter's sampler alone. Probes of idle loops begin traces of
    // their own and are not wanted.
    private static ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> options) =>
        options.Source.Name == TelemetrySources.HttpClient && options.Parent == default
            ? ActivitySamplingResult.None
            : ActivitySamplingResult.AllData;

    private void Keep(Activity activity)
    {
        // Muted requests, and outgoing calls that somebody else listens to.
        if (!activity.IsAllDataRequested || (activity.Source.Name == TelemetrySources.HttpClient && activity.ParentSpanId == default)) return;
        var index = (Interlocked.Increment(ref _written) - 1) % _ring.Length;
        Volatile.Write(ref _ring[index], new Kept(activity));
    }

    private List<RecordedSpan> Find(Func<Kept, bool> wanted)
    {
        var found = new List<RecordedSpan>();
        for (var i = 0; i < _ring.Length; i++)
            if (Volatile.Read(ref _ring[i]) is { } kept && wanted(kept)) found.Add(kept.Read());
        return found;
    }

    /// <summary>A copy: an activity holds on to its parents and to whatever its tags are.</summary>
    private sealed class Kept
    {
        private readonly string _source;
        private readonly string _name;
        private readonly ActivityKind _kind;
        private readonly DateTime _started;
        private readonly TimeSpan _duration;
        private readonly ActivityStatusCode _status;
        private readonly KeyValuePair<string, object?>[] _tags;

        public Kept(Activity activity)
        {
            (TraceId, SpanId, ParentSpanId, HasRemoteParent) = (activity.TraceId, activity.SpanId, activity.ParentSpanId, activity.HasRemoteParent);
            (_source, _name, _kind) = (activity.Source.Name, activity.DisplayName, activity.Kind);
            (_started, _duration, _status) = (activity.StartTimeUtc, activity.Duration, activity.Status);
            var count = 0;
            foreach (ref readonly var _ in activity.EnumerateTagObjects()) count++;
            _tags = count == 0 ? [] : new KeyValuePair<string, object?>[Math.Min(count, MaxTags)];
            var next = 0;
            foreach (ref readonly var tag in activity.EnumerateTagObjects())
            {
                if (next == _tags.Length) break;
                _tags[next++] = tag.Value is string or int or long or double or bool ? tag : new(tag.Key, tag.Value?.ToString());
            }
        }

        public ActivityTraceId TraceId { get; }

        public ActivitySpanId SpanId { get; }

        public ActivitySpanId ParentSpanId { get; }

        public bool HasRemoteParent { get; }

        public RecordedSpan Read()
        {
            var tags = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in _tags) tags[name] = Convert.ToString(Redaction.Field(name, value), CultureInfo.InvariantCulture) ?? "";
            return new RecordedSpan(
                TraceId.ToHexString(), SpanId.ToHexString(), ParentSpanId == default ? null : ParentSpanId.ToHexString(), _source, Redaction.Text(_name),
                _kind.ToString().ToLowerInvariant(), new DateTimeOffset(_started, TimeSpan.Zero), Math.Round(_duration.TotalMilliseconds, 3),
                _status.ToString().ToLowerInvariant(), tags);
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using Tideline.Contracts.Worker;

namespace Tideline.Platform.Jobs;

/// <summary>Why a run was told to stop.</summary>
internal enum StopReason
{
    None,
    /// <summary>The lease is gone: whatever the run achieves, its result would be refused.</summary>
    Lost,
    Cancelled,
    TimedOut,
    /// <summary>The process stops.</summary>
    Stopping,
}

/// <summary>One run in this process: its token, its lease, and what its handler has told since the last heartbeat.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A token source without timer or parent holds nothing to dispose of, and is cancelled from other threads up to its end.")]
internal sealed class RunningJob(ClaimedJob job, long leaseEnds, int timeoutSeconds)
{
    private const int MaxLines = 200;

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private List<LogLine>? _lines;
    private (double Percent, string? Text)? _progress;
    private int _dropped;
    private int _reason;
    private long _leaseEnds = leaseEnds, _timesOut = long.MaxValue;
    private volatile bool _ended;

    public ClaimedJob Job => job;

    public CancellationToken Token => _stop.Token;

    public StopReason Reason => (StopReason)_reason;

    /// <summary>Timestamp after which the lease may be somebody else's, unless it is renewed.</summary>
    public long LeaseEnds { get => Volatile.Read(ref _leaseEnds); set => Volatile.Write(ref _leaseEnds, value); }

    /// <summary>Timestamp after which the run takes too long; never before it has begun.</summary>
    public long TimesOut => Volatile.Read(ref _timesOut);

    /// <summary>The handler is called.</summary>
    public void Begin(TimeProvider clock) => Volatile.Write(ref _timesOut, clock.GetTimestamp() + timeoutSeconds * clock.TimestampFrequency);

    /// <summary>The handler has returned; its result is on the way.</summary>
    public bool Ended { get => _ended; set => _ended = value; }

    public bool HasNews
    {
        get
        {
            lock (_lock) return _progress is not null || _lines is not null;
        }
    }

    /// <summary>Tells the handler to stop; the first reason counts.</summary>
    public void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) == 0) _ = _stop.CancelAsync();
    }

    public void Report(double percent, string? text)
    {
        lock (_lock) _progress = (percent, text);
    }

    public void Log(DateTimeOffset at, string line)
    {
        lock (_lock)
        {
            // A handler that writes faster than it is read must not fill the memory.
            if ((_lines ??= []).Count < MaxLines) _lines.Add(new LogLine(at, line));
            else _dropped++;
        }
    }

    /// <summary>Takes what was told since the last call.</summary>
    public (double? Progress, string? Text, IReadOnlyList<LogLine>? Log) TakeNews()
    {
        lock (_lock)
        {
            var (progress, lines) = (_progress, _lines);
            if (_dropped > 0) lines!.Add(new LogLine(lines[^1].At, $"({_dropped} further lines were left out)"));
            (_progress, _lines, _dropped) = (null, null, 0);
            return (progress?.Percent, progress?.Text, lines);
        }
    }
}

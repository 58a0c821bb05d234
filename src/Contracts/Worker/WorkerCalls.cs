namespace Tideline.Contracts.Worker;

/// <summary>A process asks for work that it can do.</summary>
public sealed record ClaimRequest
{
    /// <summary>The asking runner; made afresh with every start, so that nobody takes over the leases of a predecessor.</summary>
    public required Guid WorkerId { get; init; }
    public required IReadOnlyList<ClaimType> Types { get; init; }
    /// <summary>Seconds to wait for work when there is none, at most 10.</summary>
    public double Wait { get; init; }
}

/// <summary>A job type, and how many of it the asking process can start at once.</summary>
public sealed record ClaimType(string Name, int Free);

/// <summary>Jobs that now belong to the asker, for as long as it renews their leases.</summary>
public sealed record ClaimAnswer(IReadOnlyList<ClaimedJob> Jobs, double LeaseSeconds);

/// <summary>A job to be run.</summary>
public sealed record ClaimedJob
{
    /// <summary>Whose job it is; none for work of the platform itself.</summary>
    public Guid? TenantId { get; init; }
    public required Guid Id { get; init; }
    public required string Type { get; init; }
    /// <summary>Number of this run, and its fencing token: it only ever grows.</summary>
    public required int Attempt { get; init; }
    /// <summary>The run after which the job is dead, on the scale of <see cref="Attempt"/>.</summary>
    public required int MaxAttempts { get; init; }
    public required string Payload { get; init; }
    /// <summary>Trace in which the job was asked for.</summary>
    public string? Traceparent { get; init; }
}

/// <summary>A run that its process holds.</summary>
public sealed record HeldJob
{
    public Guid? TenantId { get; init; }
    public required Guid Id { get; init; }
    public required int Attempt { get; init; }
    /// <summary>0 to 100; absent when it has not changed.</summary>
    public double? Progress { get; init; }
    public string? ProgressText { get; init; }
    public IReadOnlyList<LogLine>? Log { get; init; }
}

/// <summary>What a handler wrote down about its run.</summary>
public sealed record LogLine(DateTimeOffset At, string Text);

/// <summary>A runner is alive, and these are its runs.</summary>
public sealed record HeartbeatRequest
{
    public required Guid WorkerId { get; init; }
    public required string Host { get; init; }
    /// <summary>All types that it handles.</summary>
    public required IReadOnlyList<string> Types { get; init; }
    public required IReadOnlyList<HeldJob> Jobs { get; init; }
}

/// <summary>What became of the runs meanwhile.</summary>
/// <param name="Lost">Belong to somebody else by now, or to nobody: stop, the result would be refused.</param>
/// <param name="Cancelled">Somebody wants them to stop.</param>
public sealed record HeartbeatAnswer(IReadOnlyList<Guid> Lost, IReadOnlyList<Guid> Cancelled);

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Done.</summary>
    Completed,
    /// <summary>Can never succeed: dead at once.</summary>
    Failed,
    /// <summary>Failed; again after a pause that grows, unless it was the last attempt.</summary>
    Retry,
    /// <summary>Nothing to do yet; again after <see cref="RunResult.DelaySeconds"/>, and no attempt is counted.</summary>
    Snoozed,
    /// <summary>Given back unfinished because the process stops; no attempt is counted.</summary>
    Returned,
    /// <summary>Stopped because somebody cancelled the job.</summary>
    Cancelled,
}

/// <summary>The end of one run.</summary>
public sealed record RunResult
{
    public Guid? TenantId { get; init; }
    public required Guid Id { get; init; }
    public required int Attempt { get; init; }
    public required RunOutcome Outcome { get; init; }
    public string? Error { get; init; }
    public double? DelaySeconds { get; init; }
    public double? Progress { get; init; }
    public string? ProgressText { get; init; }
    public IReadOnlyList<LogLine>? Log { get; init; }
}

/// <summary>Runs that ended.</summary>
public sealed record CompleteRequest
{
    public required Guid WorkerId { get; init; }
    public required IReadOnlyList<RunResult> Results { get; init; }
}

/// <summary>Which results were not taken, because the run had lost its lease.</summary>
public sealed record CompleteAnswer(IReadOnlyList<Guid> Refused);

/// <summary>A runner stops; what it still holds goes back to the queue without an attempt counted.</summary>
public sealed record LeaveRequest
{
    public required Guid WorkerId { get; init; }
}

/// <summary>A job to be put into the queue.</summary>
public sealed record NewJob
{
    /// <summary>Whose job it is; none for work of the platform itself.</summary>
    public Guid? TenantId { get; init; }
    /// <summary>Made by the caller; a job that is there already is not added again.</summary>
    public required Guid Id { get; init; }
    public required string Type { get; init; }
    public required string Queue { get; init; }
    public required int MaxAttempts { get; init; }
    /// <summary>JSON of the job record.</summary>
    public required string Payload { get; init; }
    /// <summary>Not before this time.</summary>
    public DateTimeOffset? RunAt { get; init; }
    /// <summary>Lower runs first; 0 to 9.</summary>
    public int Priority { get; init; } = 5;
    /// <summary>While a job of this type and key waits or runs, another is not added.</summary>
    public string? UniqueKey { get; init; }
    public string? Traceparent { get; init; }
}

/// <summary>Jobs for the queue, up to 5,000.</summary>
public sealed record EnqueueRequest
{
    public required IReadOnlyList<NewJob> Jobs { get; init; }
}

/// <summary>The jobs are durable.</summary>
/// <param name="LeftOut">Those that were not added, because a job with their unique key waits or runs.</param>
public sealed record EnqueueAnswer(IReadOnlyList<Guid> LeftOut);

using Tideline.Platform.Data;

namespace Tideline.Worker.Jobs;

/// <summary>Where a job is in its life.</summary>
internal enum JobState
{
    /// <summary>May run now.</summary>
    Ready,
    /// <summary>Waits for its time: asked for later, snoozed, or to be tried again.</summary>
    Scheduled,
    /// <summary>Belongs to a runner.</summary>
    Running,
    Completed,
    /// <summary>Given up; stays here to be looked at, tried again or discarded.</summary>
    Dead,
    Cancelled,
}

/// <summary>Work to be done later, as it stands now: a view over the job's row and the tables through which it goes. Changed by set-based SQL only.</summary>
internal sealed class Job : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required JobState State { get; init; }
    /// <summary>The state as the job's row has it: for those that are neither scheduled, dead nor cancelled it is <c>queued</c>.</summary>
    public required string Recorded { get; init; }
    public required string Queue { get; init; }
    public required string Type { get; init; }
    public required string Payload { get; init; }
    public required short Priority { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public required int Attempt { get; init; }
    public required int Uncounted { get; init; }
    public required int MaxAttempts { get; init; }
    public string? UniqueKey { get; init; }
    public bool CancelRequested { get; init; }
    public double? Progress { get; init; }
    public string? ProgressText { get; init; }
    public string? Error { get; init; }
    public string? Traceparent { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>A job that may run now.</summary>
internal sealed class ReadyJob : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required string Type { get; init; }
    public required string Queue { get; init; }
    public required short Priority { get; init; }
    public required DateTimeOffset RunAt { get; init; }
    public required int Attempt { get; init; }
}

/// <summary>Jobs of one tenant that a runner took with one claim and still holds.</summary>
internal sealed class Lease : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid Id { get; init; }
    public required Guid Worker { get; init; }
    public required DateTimeOffset Until { get; init; }
    public required DateTimeOffset ClaimedAt { get; init; }
    public required string Queue { get; init; }
    public required bool Keyed { get; init; }
    public required Guid[] Ids { get; init; }
    public required int[] Attempts { get; init; }
    public required Guid[] Cancelled { get; init; }
}

/// <summary>A line about a run: from its handler, or why it failed.</summary>
internal sealed class JobLog : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid JobId { get; init; }
    public long Seq { get; init; }
    public required int Attempt { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Text { get; init; }
}

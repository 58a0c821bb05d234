namespace Tideline.Contracts.Worker;

/// <summary>Work handed to the job queue in the transaction of the service that wants it done.</summary>
[Event("job.requested")]
public sealed record JobRequested : IEvent
{
    public required Guid JobId { get; init; }
    /// <summary>Name of the job type, see <see cref="JobAttribute"/>.</summary>
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
    public string Key => JobId.ToString();
}

/// <summary>A job ended and was not done: somebody cancelled it, or its last attempt failed. Who asked for it ends what waits for it.</summary>
[Event("job.given_up")]
public sealed record JobGivenUp : IEvent
{
    public required Guid JobId { get; init; }
    /// <summary>Name of the job type.</summary>
    public required string Type { get; init; }
    /// <summary>JSON of the job record.</summary>
    public required string Payload { get; init; }
    /// <summary>True when somebody cancelled it; false when it failed too often.</summary>
    public required bool Cancelled { get; init; }
    public string Key => JobId.ToString();
}

using Tideline.Contracts;
using Tideline.Contracts.Scheduler;
using Tideline.Contracts.Worker;

namespace Tideline.Scheduler.Schedules;

/// <summary>What a schedule starts: an event on the bus or a job.</summary>
internal sealed record Target(string? Event, string? Job, string? Payload)
{
    /// <summary>
    /// Owner of the events of schedules that users make. A name of its own, so that nobody can fire by hand what a service has asked for
    /// under its name.
    /// </summary>
    public const string EventOwner = "schedules";

    private const int MaxAttempts = 10;

    /// <summary>What is published when it fires.</summary>
    public IEvent EventFor(DateTimeOffset dueAt) => Event is not null
        ? new ScheduleDue { Owner = EventOwner, Name = Event, DueAt = dueAt }
        : new JobRequested
        {
            JobId = Guid.CreateVersion7(),
            Type = Job!,
            Queue = "default",
            MaxAttempts = MaxAttempts,
            Payload = Payload ?? "{}",
        };
}

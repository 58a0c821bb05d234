namespace Tideline.Contracts;

/// <summary>A fact that one service publishes and others may react to. Immutable; past tense.</summary>
/// <remarks>
/// Evolution is additive: optional members may be added, required ones may not, none is renamed or removed. A new shape is
/// a new <see cref="EventAttribute.Version"/> under the same wire name.
/// </remarks>
public interface IEvent
{
    /// <summary>Order holds between events with the same key. Usually the id of the thing that changed.</summary>
    string Key { get; }
}

/// <summary>The wire name of an event type, e.g. <c>lead.created</c>. Never reused, never renamed.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventAttribute(string name) : Attribute
{
    /// <summary>The CloudEvents <c>type</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Version of the payload's shape, from 1.</summary>
    public int Version { get; init; } = 1;
}

/// <summary>Work that runs later, in the process that hosts the service which handles it.</summary>
public interface IJob;

/// <summary>The wire name of a job type, e.g. <c>leads.import</c>, and how it is run.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JobAttribute(string name) : Attribute
{
    /// <summary>Name of the job type. Begins with the name of the service that handles it.</summary>
    public string Name { get; } = name;

    /// <summary>Queue in which the jobs wait; a queue can be paused as a whole.</summary>
    public string Queue { get; init; } = "default";

    /// <summary>Runs before the job is dead, the first included.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Jobs of this type that one process runs at the same time.</summary>
    public int Concurrency { get; init; } = 4;
}

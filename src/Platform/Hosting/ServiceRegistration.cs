using System.Reflection;

namespace Tideline.Platform.Hosting;

/// <summary>What a service has declared through its <see cref="ServiceBuilder"/>; read by the platform's engines and by the architecture tests.</summary>
public sealed class ServiceRegistration(string name, Assembly assembly)
{
    /// <summary>Name of the service.</summary>
    public string Name { get; } = name;

    /// <summary>Where its code and migrations are.</summary>
    public Assembly Assembly { get; } = assembly;

    /// <summary>The EF context, when the service has a database.</summary>
    public Type? Database { get; internal set; }

    /// <summary>Event types that it publishes.</summary>
    public HashSet<Type> Publishes { get; } = [];

    /// <summary>Event type and handler, in order of registration.</summary>
    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>Job type and handler.</summary>
    public List<JobHandler> Jobs { get; } = [];

    /// <summary>Background loops.</summary>
    public List<Type> Loops { get; } = [];

    /// <summary>Names of the services that it calls.</summary>
    public HashSet<string> Calls { get; } = [];
}

/// <summary>A handler of an event type. Its name, <c>leads/RecordAssignment</c>, identifies deliveries and is never changed.</summary>
public sealed record Subscription(string Name, Type Event, Type Handler);

/// <summary>A handler of a job type.</summary>
public sealed record JobHandler(Type Job, Type Handler);

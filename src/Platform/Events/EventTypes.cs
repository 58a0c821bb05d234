using System.Collections.Concurrent;
using System.Reflection;
using Tideline.Contracts;

namespace Tideline.Platform.Events;

/// <summary>The wire names of event types, read once from their <see cref="EventAttribute"/>.</summary>
public static class EventTypes
{
    private static readonly ConcurrentDictionary<Type, EventAttribute> Known = new();

    /// <summary>Name and version of an event type.</summary>
    /// <exception cref="InvalidOperationException">The type has no <see cref="EventAttribute"/>.</exception>
    public static EventAttribute Of(Type type) => Known.GetOrAdd(type, static t =>
        t.GetCustomAttribute<EventAttribute>() ?? throw new InvalidOperationException($"{t.Name} has no [Event(\"…\")] name."));

    /// <summary>Every event type of the contracts, by wire name.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = typeof(IEvent).Assembly.GetTypes()
        .Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IEvent).IsAssignableFrom(t))
        .ToDictionary(t => Of(t).Name, StringComparer.Ordinal);
}

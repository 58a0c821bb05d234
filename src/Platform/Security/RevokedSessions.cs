using System.Collections.Concurrent;

namespace Tideline.Platform.Security;

/// <summary>Sessions that ended before their access tokens do. Small: an entry lives as long as the token would have.</summary>
public sealed class RevokedSessions(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _until = new();

    /// <summary>Raised when a session is added, so that open sockets can be closed.</summary>
    public event Action<Guid>? Added;

    /// <summary>Tokens of the session are refused from now on.</summary>
    public void Add(Guid session, DateTimeOffset until)
    {
        foreach (var (old, end) in _until)
            if (end < clock.GetUtcNow()) _until.TryRemove(old, out _);
        _until[session] = until;
        Added?.Invoke(session);
    }

    /// <summary>Whether the session was ended.</summary>
    public bool Contains(Guid session) => _until.ContainsKey(session);
}

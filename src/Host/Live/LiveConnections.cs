using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>The open sockets of this process by the session that opened them: one that ends takes its sockets with it.</summary>
internal sealed class LiveConnections(RevokedSessions revoked)
{
    private readonly ConcurrentDictionary<string, (HubCallerContext Context, Guid? Session)> _open = new(StringComparer.Ordinal);

    public void Add(HubCallerContext context, Guid? session)
    {
        _open[context.ConnectionId] = (context, session);
        // It may have ended between the check of the token and this line.
        if (session is { } id && revoked.Contains(id)) context.Abort();
    }

    public void Remove(HubCallerContext context) => _open.TryRemove(context.ConnectionId, out _);

    /// <summary>Closes what the session has open.</summary>
    public void Close(Guid session)
    {
        foreach (var (context, of) in _open.Values)
            if (of == session) context.Abort();
    }
}

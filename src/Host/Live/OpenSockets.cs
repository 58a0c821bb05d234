using System.Collections.Concurrent;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>
/// The open sockets of this process, its own and those that it passes on to services. A token is checked when a socket opens and never
/// again, so the socket is closed when the session ends, the key is taken back or the token runs out.
/// </summary>
internal sealed class OpenSockets(RevokedSessions revoked, TimeProvider clock)
{
    /// <summary>As long as the check of tokens allows for clocks that differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Socket, byte> _open = new();

    /// <summary>Sockets that are open.</summary>
    public int Count => _open.Count;

    /// <summary>A socket opens; disposing what comes back says that it has closed.</summary>
    public IDisposable Add(HttpContext context, Action abort)
    {
        var caller = context.RequestServices.GetRequiredService<Caller>();
        var socket = new Socket(this, caller.SessionId ?? caller.ApiKeyId, context.Features.Get<AccessToken>()?.ExpiresAt + Skew, abort);
        _open[socket] = 0;
        // It may have ended between the check of the token and this line.
        if (socket.Holder is { } holder && revoked.Contains(holder)) abort();
        return socket;
    }

    /// <summary>Closes what the session, or the API key, has open.</summary>
    public void Close(Guid holder)
    {
        foreach (var (socket, _) in _open)
            if (socket.Holder == holder) socket.Abort();
    }

    /// <summary>Closes what was opened with tokens that have run out meanwhile; who is still there comes back with a new one.</summary>
    public void CloseExpired()
    {
        var now = clock.GetUtcNow();
        foreach (var (socket, _) in _open)
            if (socket.Until < now) socket.Abort();
    }

    private sealed class Socket(OpenSockets all, Guid? holder, DateTimeOffset? until, Action abort) : IDisposable
    {
        public Guid? Holder => holder;

        public DateTimeOffset? Until => until;

        public void Abort() => abort();

        public void Dispose() => all._open.TryRemove(this, out _);
    }
}

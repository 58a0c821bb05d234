using Microsoft.AspNetCore.SignalR;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>The socket over which open consoles hear that something changed. Carries hints only; a client answers by asking again.</summary>
internal sealed class LiveHub(LiveConnections connections) : Hub
{
    public override async Task OnConnectedAsync()
    {
        var caller = Context.GetHttpContext()!.RequestServices.GetRequiredService<Caller>();
        if (caller.TenantIdOrNull is { } tenant) await Groups.AddToGroupAsync(Context.ConnectionId, GroupOf(tenant));
        connections.Add(Context, caller.SessionId);
        await base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        connections.Remove(Context);
        return base.OnDisconnectedAsync(exception);
    }

    /// <summary>All open consoles of a tenant.</summary>
    public static string GroupOf(Guid tenant) => tenant.ToString("n");
}

internal static class LiveExtensions
{
    public static void AddLive(this WebApplicationBuilder builder)
    {
        builder.Services.AddSignalR();
        builder.Services.AddSingleton<LiveConnections>();
        builder.Services.AddHostedService<LiveRelay>();
    }

    public static void MapLive(this WebApplication app) => app.MapHub<LiveHub>("/live").RequiresSignIn();
}

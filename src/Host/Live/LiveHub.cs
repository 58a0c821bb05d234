using Microsoft.AspNetCore.SignalR;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>The socket over which open consoles hear that something changed. Carries hints only; a client answers by asking again.</summary>
internal sealed class LiveHub(OpenSockets sockets) : Hub
{
    private const string Socket = "socket";

    public override async Task OnConnectedAsync()
    {
        var http = Context.GetHttpContext()!;
        if (http.RequestServices.GetRequiredService<Caller>().TenantIdOrNull is { } tenant) await Groups.AddToGroupAsync(Context.ConnectionId, GroupOf(tenant));
        Context.Items[Socket] = sockets.Add(http, Context.Abort);
        await base.OnConnectedAsync();
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        (Context.Items[Socket] as IDisposable)?.Dispose();
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
        builder.Services.AddSingleton<OpenSockets>();
        builder.Services.AddHostedService<LiveRelay>();
    }

    public static void MapLive(this WebApplication app) => app.MapHub<LiveHub>("/live").RequiresSignIn();
}

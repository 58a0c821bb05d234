using Microsoft.AspNetCore.SignalR;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>The socket over which open consoles hear that something changed. Carries hints only; a client answers by asking again.</summary>
internal sealed class LiveHub : Hub
{
    public override async Task OnConnectedAsync()
    {
        var caller = Context.GetHttpContext()!.RequestServices.GetRequiredService<Caller>();
        await Groups.AddToGroupAsync(Context.ConnectionId, caller.TenantId.ToString());
        await base.OnConnectedAsync();
    }
}

internal static class LiveExtensions
{
    public static void AddLive(this WebApplicationBuilder builder) => builder.Services.AddSignalR();

    public static void MapLive(this WebApplication app) => app.MapHub<LiveHub>("/live").RequiresSignIn();
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Delivery;

internal static class DeliveryEndpoints
{
    public static void MapDelivery(this RouteGroupBuilder api) =>
        api.MapGet("/delivery", Get).WithTags("Messages").WithName("getDelivery").Requires("notifications:read");

    /// <summary>Where messages go, whether the relay lets us in, and how many it took in the last minute.</summary>
    private static async Task<Ok<DeliveryView>> Get(NotificationsDb db, MailGateway gateway, TimeProvider clock, CancellationToken ct)
    {
        var since = clock.GetUtcNow().AddMinutes(-1);
        var sent = await db.Attempts.AsNoTracking().LongCountAsync(a => a.At > since && a.Outcome == "sent", ct);
        return TypedResults.Ok(new DeliveryView(gateway.Provider, gateway.Host, gateway.Port, gateway.Trouble is null, gateway.Trouble, sent));
    }
}

/// <summary>The state of delivery.</summary>
/// <param name="Mode"><c>sandbox</c> or <c>smtp</c>.</param>
/// <param name="Host">The relay.</param>
/// <param name="Port">The relay's port.</param>
/// <param name="Healthy">False when the relay let nobody in when it was last tried.</param>
/// <param name="Trouble">What it said then.</param>
/// <param name="SentLastMinute">Messages of this workspace.</param>
public sealed record DeliveryView(string Mode, string? Host, int? Port, bool Healthy, string? Trouble, long SentLastMinute);

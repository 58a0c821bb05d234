using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Customers;
using Tideline.Platform.Events;

namespace Tideline.Notifications.Suppressions;

/// <summary>Keeps the copy of blocked addresses, at which every claim looks.</summary>
internal sealed class FollowSuppressions(NotificationsDb db) : IHandle<SuppressionChanged>, IHandle<ConsentChanged>
{
    private const string Marketing = "marketing";
    private static readonly string[] Reasons = ["bounce", "complaint", "unsubscribe", "manual", "import"];

    public async Task HandleAsync(SuppressionChanged happened, CancellationToken ct)
    {
        // An address stands on the list once, with one reason; so a change replaces whatever is here, what this service put down by itself too.
        await db.Blocked.Where(b => b.Channel == happened.Channel && b.Address == happened.Address && b.Reason != BlockedAddress.NoConsent).ExecuteDeleteAsync(ct);
        if (happened.Active) await AddAsync(happened.Channel, happened.Address, Reasons.Contains(happened.Reason) ? happened.Reason : "manual", ct);
    }

    public async Task HandleAsync(ConsentChanged happened, CancellationToken ct)
    {
        if (happened.Topic != Marketing) return;
        if (happened.State == "denied")
        {
            await AddAsync(happened.Channel, happened.Address, BlockedAddress.NoConsent, ct);
            return;
        }
        await db.Blocked.Where(b => b.Channel == happened.Channel && b.Address == happened.Address && b.Reason == BlockedAddress.NoConsent).ExecuteDeleteAsync(ct);
    }

    private Task<int> AddAsync(string channel, string address, string reason, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"insert into blocked_address (tenant_id, channel, address, reason) values ({db.Caller.TenantId}, {channel}, {address}, {reason}) on conflict do nothing", ct);
}

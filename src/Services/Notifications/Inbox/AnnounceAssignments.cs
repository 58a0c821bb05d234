using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Notifications.Inbox;

/// <summary>
/// Tells agents of leads that were given to them. Many at once, an import's for one, are one notification and one e-mail: while the notification is fresh and
/// unread more leads join it, and the e-mail waits a moment for what follows.
/// </summary>
internal sealed class AnnounceAssignments(NotificationsDb db, IOptions<NotificationsOptions> options, ILiveUpdates live, TimeProvider clock) : IHandleMany<LeadAssigned>
{
    public const int NamesKept = 3;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(2);

    public async Task HandleAsync(IReadOnlyList<Received<LeadAssigned>> events, CancellationToken ct)
    {
        // Who takes a lead themselves knows it already.
        var byAgent = events.Select(e => e.Event).Where(e => e.By != e.AssignedTo).GroupBy(e => e.AssignedTo).OrderBy(g => g.Key).ToList();
        foreach (var group in byAgent)
        {
            await LockAsync(db, group.Key, ct);
            List<LeadAssigned> leads = [.. group.DistinctBy(e => e.LeadId)];
            await NotifyAsync(group.Key, leads, ct);
            await GatherAsync(group.Key, leads, ct);
        }
        if (byAgent.Count == 0) return;
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "inbox");
    }

    /// <summary>One after the other for each agent: an import's leads come over several lanes at once.</summary>
    internal static Task LockAsync(NotificationsDb db, Guid agent, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({$"assignments {db.Caller.TenantId} {agent}"}, 0))", ct);

    private async Task NotifyAsync(Guid agent, List<LeadAssigned> leads, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var item = await db.Inbox
            .Where(i => i.UserId == agent && i.Kind == InboxItem.LeadsAssigned && i.ReadAt == null && i.CreatedAt > now - Fresh)
            .OrderByDescending(i => i.CreatedAt).FirstOrDefaultAsync(ct);
        if (item is null)
        {
            item = new InboxItem { TenantId = db.Caller.TenantId, UserId = agent, Kind = InboxItem.LeadsAssigned, Title = "", Body = "", Count = 0, CreatedAt = now };
            db.Add(item);
        }
        item.Count += leads.Count;
        item.Names = [.. item.Names.Concat(leads.Select(l => l.DisplayName)).Take(NamesKept)];
        item.CreatedAt = now;
        if (item.Count == 1)
        {
            (item.Title, item.Body, item.Link) = ($"New lead: {leads[0].DisplayName}", leads[0].Reason, $"/leads/{leads[0].LeadId}");
            return;
        }
        item.Title = string.Create(CultureInfo.InvariantCulture, $"{item.Count:N0} leads assigned to you");
        item.Body = NamesOf(item.Names, item.Count);
        item.Link = $"/leads?ownerId={agent}";
    }

    private async Task GatherAsync(Guid agent, List<LeadAssigned> leads, CancellationToken ct)
    {
        var digest = await db.Digests.SingleOrDefaultAsync(d => d.UserId == agent, ct);
        if (digest is not null)
        {
            digest.Count += leads.Count;
            digest.Names = [.. digest.Names.Concat(leads.Select(l => l.DisplayName)).Take(NamesKept)];
            return;
        }
        db.Add(new AssignmentDigest
        {
            TenantId = db.Caller.TenantId,
            UserId = agent,
            Count = leads.Count,
            LeadId = leads[0].LeadId,
            Reason = leads[0].Reason,
            Names = [.. leads.Select(l => l.DisplayName).Take(NamesKept)],
        });
        var wait = leads.Exists(l => l.ImportId is not null) ? options.Value.ImportDigest : options.Value.AssignmentDigest;
        db.Enqueue(new MailAssignments(agent), clock.GetUtcNow() + wait);
    }

    internal static string NamesOf(List<string> names, int count) =>
        string.Join(", ", names) + (count > names.Count ? string.Create(CultureInfo.InvariantCulture, $" and {count - names.Count:N0} more") : "");
}

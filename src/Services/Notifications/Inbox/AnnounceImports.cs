using System.Globalization;
using Tideline.Contracts.Leads;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Notifications.Inbox;

/// <summary>Tells whoever started an import that it is done, and with what result.</summary>
internal sealed class AnnounceImports(NotificationsDb db, ILiveUpdates live, TimeProvider clock) : IHandle<ImportCompleted>
{
    public async Task HandleAsync(ImportCompleted happened, CancellationToken ct)
    {
        if (happened.StartedBy is not { } user) return;
        (long Count, string Word)[] parts = [(happened.Created, "new"), (happened.Updated, "updated"), (happened.Duplicates, "duplicates"), (happened.Rejected, "rejected")];
        var told = parts.Where(p => p.Count > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Count:N0} {p.Word}")).ToList();
        db.Add(new InboxItem
        {
            TenantId = db.Caller.TenantId,
            UserId = user,
            Kind = InboxItem.ImportFinished,
            Title = $"Import finished: {happened.FileName}",
            Body = told.Count == 0 ? "The file had no leads." : string.Join(", ", told) + ".",
            Link = $"/imports/{happened.ImportId}",
            CreatedAt = clock.GetUtcNow(),
        });
        await db.SaveChangesAsync(ct);
        live.Changed(db.Caller.TenantId, "inbox");
    }
}

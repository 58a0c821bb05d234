using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Contracts.Worker;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;

namespace Tideline.Leads.Imports;

/// <summary>An import whose job nobody will do any more does not run for ever: it is cancelled, or has failed, and can be started again.</summary>
internal sealed class EndGivenUp(LeadsDb db, TimeProvider clock, ILiveUpdates live) : IHandle<JobGivenUp>
{
    public async Task HandleAsync(JobGivenUp happened, CancellationToken ct)
    {
        if (happened.Type != ImportLeads.Name || JsonSerializer.Deserialize<ImportLeads>(happened.Payload, ContractsJson.Options) is not { ImportId: var id }) return;
        var (status, now) = (happened.Cancelled ? ImportStatus.Cancelled : ImportStatus.Failed, clock.GetUtcNow());
        var error = happened.Cancelled ? null : "Something went wrong on our side. Start it again: it goes on where it stopped.";
        await db.Imports.Where(i => i.Id == id && i.Status == ImportStatus.Running)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Status, status).SetProperty(x => x.FinishedAt, now).SetProperty(x => x.Error, error), ct);
        live.Changed(db.Caller.TenantId, "imports", id);
    }
}

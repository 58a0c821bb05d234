using Tideline.Contracts.Scheduler;
using Tideline.Platform.Events;

namespace Tideline.Campaigns.Runs;

/// <summary>Starts a campaign when its time has come.</summary>
internal sealed class StartDueCampaigns(CampaignStates states) : IHandle<ScheduleDue>
{
    public async Task HandleAsync(ScheduleDue happened, CancellationToken ct)
    {
        if (happened.Owner != CampaignStates.Owner || !happened.Name.StartsWith("start:", StringComparison.Ordinal)) return;
        if (Guid.TryParse(happened.Name["start:".Length..], out var id)) await states.StartDueAsync(id, happened.DueAt, ct);
    }
}

using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Platform.Events;

namespace Tideline.Assignment;

/// <summary>Who has left the workspace gets no more leads.</summary>
internal sealed class FollowMembers(AssignmentDb db) : IHandle<MembershipChanged>
{
    public async Task HandleAsync(MembershipChanged happened, CancellationToken ct)
    {
        if (happened.Active) return;
        await db.Members.Where(m => m.UserId == happened.UserId).ExecuteDeleteAsync(ct);
    }
}

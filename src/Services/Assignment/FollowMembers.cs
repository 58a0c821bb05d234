using Microsoft.EntityFrameworkCore;
using Tideline.Assignment.Pools;
using Tideline.Contracts.Identity;
using Tideline.Platform.Events;

namespace Tideline.Assignment;

/// <summary>Who has left the workspace gets no more leads.</summary>
internal sealed class FollowMembers(AssignmentDb db, Roster roster) : IHandle<MembershipChanged>
{
    public async Task HandleAsync(MembershipChanged happened, CancellationToken ct)
    {
        if (happened.Active) return;
        await roster.LockAsync(ct);
        await db.LockPoolsAsync(ct);
        await db.Members.Where(m => m.UserId == happened.UserId).ExecuteDeleteAsync(ct);
    }
}

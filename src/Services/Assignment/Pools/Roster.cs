using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Platform.Api;

namespace Tideline.Assignment.Pools;

/// <summary>
/// Who may be in a pool: the members of the workspace. Putting somebody in and taking out those who have left happen one after the other; so either identity
/// says already that the person has left, or the news of it finds them in the pool.
/// </summary>
internal sealed class Roster(AssignmentDb db, IdentityClient identity)
{
    /// <summary>Nobody else changes who is in a pool until the transaction ends. Decisions go on meanwhile.</summary>
    public Task LockAsync(CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({"assignment.roster " + db.Caller.TenantId}, 0))", ct);

    /// <summary>Checks that all are members of the workspace.</summary>
    /// <exception cref="Problem">400 that names each who is not.</exception>
    public async Task RequireMembersAsync(IReadOnlyList<MemberInput> inputs, CancellationToken ct)
    {
        if (inputs.Count == 0) return;
        var active = (await identity.UsersAsync(inputs.Select(m => m.UserId), ct)).Where(u => u.IsActive).Select(u => u.Id).ToHashSet();
        var errors = inputs.Index().Where(m => !active.Contains(m.Item.UserId))
            .ToDictionary(m => $"members[{m.Index}].userId", _ => (string[])["Is not a member of the workspace."]);
        if (errors.Count > 0) throw Problem.Invalid(errors);
    }
}

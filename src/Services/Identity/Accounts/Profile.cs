using Microsoft.EntityFrameworkCore;
using Tideline.Contracts.Identity;
using Tideline.Identity.Members;

namespace Tideline.Identity.Accounts;

/// <summary>What others see of a person. Works in the system scope.</summary>
internal sealed class Profile(IdentityDb db)
{
    /// <summary>Tells everybody who keeps a copy of the person's name and address, in each workspace.</summary>
    public async Task AnnounceAsync(User user, CancellationToken ct)
    {
        db.Publish(new UserUpdated { UserId = user.Id, Email = user.Email, Name = user.Name }, null);
        foreach (var member in await db.OfAllTenants<Membership>().Where(m => m.UserId == user.Id && m.LeftAt == null).ToListAsync(ct))
            db.Publish(member.Changed(user), member.TenantId);
    }
}

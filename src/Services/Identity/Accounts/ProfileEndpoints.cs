using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Sessions;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Accounts;

internal static class ProfileEndpoints
{
    public static void MapProfile(this RouteGroupBuilder api) => api.MapPatch("/me", Change).WithName("updateMe").WithTags("Accounts").RequiresSignIn();

    /// <summary>Change my name, in every workspace. What is absent stays.</summary>
    private static async Task<Ok<UserView>> Change(ChangeProfileRequest body, Caller caller, IdentityDb db, Profile profile, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem(); // an account belongs to no workspace
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        if (body.Name is { } typed && typed.Trim() is var name && name != user.Name)
        {
            if (name.Length is 0 or > 200) throw Problem.Invalid("name", "Must have 1 to 200 characters.");
            user.Name = name;
            await profile.AnnounceAsync(user, ct);
            await db.SaveChangesAsync(ct);
        }
        return TypedResults.Ok(UserView.Of(user));
    }
}

/// <summary>What to change; absent members stay as they are.</summary>
public sealed record ChangeProfileRequest([MaxLength(200)] string? Name = null);

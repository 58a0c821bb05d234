using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Accounts;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Members;

internal static class InvitationEndpoints
{
    public static void MapInvitations(this RouteGroupBuilder api)
    {
        var invitations = api.MapGroup("/invitations").WithTags("Members");
        invitations.MapGet("/", List).WithName("listInvitations").Requires("members:read");
        invitations.MapPost("/", Invite).WithName("createInvitation").Requires("members:write").Idempotent<IdentityDb>();
        invitations.MapDelete("/{id:guid}", Revoke).WithName("revokeInvitation").Requires("members:write");
        invitations.MapPost("/accept", Accept).WithName("acceptInvitation")
            .AllowsAnyone("whoever follows the link in the e-mail may have no account yet");
    }

    /// <summary>Invitations that wait for their answer.</summary>
    private static async Task<Ok<Page<InvitationView>>> List(IdentityDb db, TimeProvider clock, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var after = Cursor.Id(cursor) ?? Guid.Empty;
        var now = clock.GetUtcNow();
        var rows = await db.Invitations.AsNoTracking()
            .Where(i => i.AcceptedAt == null && i.RevokedAt == null && i.ExpiresAt > now && i.Id > after)
            .OrderBy(i => i.Id).Take(size + 1).Select(i => InvitationView.Of(i)).ToListAsync(ct);
        return TypedResults.Ok(Page<InvitationView>.Of(rows, size, i => [i.Id]));
    }

    /// <summary>Invite somebody by e-mail. An invitation that waits for the same address is replaced.</summary>
    private static async Task<Created<InvitationView>> Invite(InviteRequest body, Caller caller, InvitationBook invitations, CancellationToken ct)
    {
        var (invitation, _) = await invitations.InviteAsync(body.Email, body.Role, caller.UserId!.Value, ct);
        return TypedResults.Created($"/api/identity/invitations/{invitation.Id}", InvitationView.Of(invitation));
    }

    /// <summary>Take an invitation back; its link stops working.</summary>
    private static async Task<NoContent> Revoke(Guid id, IdentityDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // One statement, so that it cannot cross with somebody who accepts at the same moment.
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var revoked = await db.Invitations.Where(i => i.Id == id && i.AcceptedAt == null && i.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.RevokedAt, now), ct);
        await transaction.CommitAsync(ct);
        return revoked == 1 ? TypedResults.NoContent() : throw Problem.NotFound("invitation");
    }

    /// <summary>Accept an invitation: with a new account, or with the password of the account that the address has.</summary>
    private static async Task<Ok<SessionView>> Accept(
        AcceptInvitationRequest body, Caller caller, InvitationBook invitations, SessionAnswers answers, HttpContext context, CancellationToken ct)
    {
        caller.UseSystem(); // the token, not a signed-in tenant, says which workspace it is
        var client = Client.Entering(context);
        var (user, session) = await invitations.AcceptAsync(body.Token, body.Name, body.Password, body.Code, client, ct);
        return TypedResults.Ok(await answers.OfAsync(session, user, client, context, ct));
    }
}

/// <summary>Whom to invite as what.</summary>
public sealed record InviteRequest([Required, MaxLength(254)] string Email, [Required, MaxLength(50)] string Role);

/// <summary>The token of the e-mail's link, and the account with which to come in.</summary>
/// <param name="Name">Needed for a new account.</param>
/// <param name="Password">Of the account that the address has, or for the new one.</param>
/// <param name="Code">When the account that the address has asks for one.</param>
public sealed record AcceptInvitationRequest(
    [Required, MaxLength(100)] string Token, [Required, MaxLength(PasswordRules.MaxLength)] string Password, [MaxLength(200)] string? Name = null,
    [MaxLength(20)] string? Code = null);

/// <summary>An invitation that waits.</summary>
public sealed record InvitationView(Guid Id, string Email, string Role, Guid InvitedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    internal static InvitationView Of(Invitation i) => new(i.Id, i.Email, i.Role, i.InvitedBy, i.CreatedAt, i.ExpiresAt);
}

using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Accounts;
using Tideline.Identity.Members;
using Tideline.Identity.SignIn;
using Tideline.Identity.Tenants;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Identity.Sessions;

internal static class SessionEndpoints
{
    public static void MapSessions(this RouteGroupBuilder api)
    {
        var sessions = api.MapGroup("").WithTags("Sessions");
        sessions.MapPost("/sign-in", SignIn).WithName("signIn").AllowsAnyone("the way in");
        sessions.MapPost("/refresh", Refresh).WithName("refreshSession").AllowsAnyone("the refresh token says who it is");
        sessions.MapPost("/sign-out", SignOut).WithName("signOut").AllowsAnyone("ends the session whose token is sent, even when the access token has run out");
        sessions.MapGet("/me", Me).WithName("getMe").RequiresSignIn();
        sessions.MapPost("/switch-tenant", SwitchTenant).WithName("switchTenant").RequiresSignIn();
    }

    /// <summary>Sign in with e-mail address and password, and with a code where the account asks for one.</summary>
    private static async Task<Ok<SessionView>> SignIn(
        SignInRequest body, Caller caller, IdentityDb db, PasswordSignIn signIn, SessionBook sessions, SessionAnswers answers, HttpContext context, CancellationToken ct)
    {
        caller.UseSystem(); // which workspaces the person may enter is not known yet
        var client = Client.Entering(context);
        var user = await signIn.CheckAsync(body.Email, body.Password, body.Code, client, ct);
        var open = sessions.Open(user, user.LastTenantId, client);
        await db.SaveChangesAsync(ct);
        return TypedResults.Ok(await answers.OfAsync(open, user, client, context, ct));
    }

    /// <summary>Get a new access token and the next refresh token. Each refresh token is for one use.</summary>
    private static async Task<Ok<SessionView>> Refresh(
        RefreshRequest? body, Caller caller, IdentityDb db, SessionBook sessions, SessionAnswers answers, HttpContext context, CancellationToken ct)
    {
        var token = Client.RefreshToken(context, body?.RefreshToken)
            ?? throw new Problem(StatusCodes.Status401Unauthorized, "unauthenticated", "Sign in first.", "Send a refresh token.");
        caller.UseSystem();
        var client = Client.Of(context);
        var open = await sessions.RefreshAsync(token, client, ct);
        var user = await db.Users.SingleAsync(u => u.Id == open.Session.UserId, ct);
        return TypedResults.Ok(await answers.OfAsync(open, user, client, context, ct));
    }

    /// <summary>End the session; its tokens stop working everywhere.</summary>
    private static async Task<NoContent> SignOut(
        RefreshRequest? body, Caller caller, IdentityDb db, SessionBook sessions, HttpContext context, CancellationToken ct)
    {
        var sid = caller.SessionId;
        var token = Client.RefreshToken(context, body?.RefreshToken);
        caller.UseSystem();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var session = sid is { } id ? await sessions.FindBySidAsync(id, ct) : null;
        if (session is null && token is not null) session = await sessions.FindAsync(token, ct);
        if (session is not null) sessions.End(session, "signed_out");
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        Client.ForgetRefreshToken(context);
        return TypedResults.NoContent();
    }

    /// <summary>Who I am, where I work now, and where else I could.</summary>
    private static async Task<Ok<MeView>> Me(Caller caller, IdentityDb db, SessionAnswers answers, CancellationToken ct)
    {
        var (userId, tenantId) = (caller.UserId!.Value, caller.TenantIdOrNull);
        caller.UseSystem(); // the list goes over all of the person's workspaces
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, ct);
        var places = await (
            from m in db.OfAllTenants<Membership>()
            join t in db.OfAllTenants<Tenant>() on m.TenantId equals t.TenantId
            where m.UserId == userId && m.LeftAt == null
            orderby t.Name, t.TenantId
            select new { Tenant = t, m.Role }).AsNoTracking().ToListAsync(ct);
        var here = places.Find(p => p.Tenant.TenantId == tenantId);
        return TypedResults.Ok(new MeView(
            UserView.Of(user), here is null ? null : TenantView.Of(here.Tenant), here?.Role, await answers.PermissionsOfAsync(user, tenantId, here?.Role, ct),
            [.. places.Select(p => new PlaceView(p.Tenant.TenantId, p.Tenant.Name, p.Role))]));
    }

    /// <summary>Go on in another workspace of mine. The refresh token stays valid.</summary>
    private static async Task<Ok<SessionView>> SwitchTenant(
        SwitchTenantRequest body, Caller caller, IdentityDb db, SessionBook sessions, SessionAnswers answers, CancellationToken ct)
    {
        var (userId, sid) = (caller.UserId!.Value, caller.SessionId!.Value);
        caller.UseSystem();
        var isMember = await db.OfAllTenants<Membership>().AnyAsync(m => m.UserId == userId && m.TenantId == body.TenantId && m.LeftAt == null, ct);
        if (!isMember) throw Problem.NotFound("workspace");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var session = await sessions.FindBySidAsync(sid, ct)
            ?? throw new Problem(StatusCodes.Status401Unauthorized, "session_ended", "The session has ended.", "Sign in again.");
        session.ActiveTenantId = body.TenantId;
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(await answers.OfAsync(session, user, ct));
    }
}

/// <summary>E-mail address and password of an account.</summary>
/// <param name="Code">Of the authenticator app, or a recovery code; when the answer to the first try was <c>second_factor_required</c>.</param>
public sealed record SignInRequest(
    [Required, MaxLength(254)] string Email, [Required, MaxLength(PasswordRules.MaxLength)] string Password, [MaxLength(20)] string? Code = null);

/// <summary>A refresh token; absent when it is in the console's cookie.</summary>
public sealed record RefreshRequest([MaxLength(100)] string? RefreshToken = null);

/// <summary>The workspace to go on in.</summary>
public sealed record SwitchTenantRequest(Guid TenantId);

/// <summary>The signed-in person.</summary>
public sealed record MeView(UserView User, TenantView? Tenant, string? Role, IReadOnlyList<string> Permissions, IReadOnlyList<PlaceView> Tenants);

/// <summary>A workspace of the person, and their role there.</summary>
public sealed record PlaceView(Guid Id, string Name, string Role);

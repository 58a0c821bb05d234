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

namespace Tideline.Identity.SecondFactor;

internal static class SecondFactorEndpoints
{
    public static void MapSecondFactor(this RouteGroupBuilder api)
    {
        var factor = api.MapGroup("/second-factor").WithTags("Accounts");
        factor.MapGet("/", Get).WithName("getSecondFactor").RequiresSignIn();
        factor.MapPost("/totp", Begin).WithName("startTotp").RequiresSignIn();
        factor.MapPost("/totp/confirm", Confirm).WithName("confirmTotp").RequiresSignIn();
        factor.MapPost("/recovery-codes", ReplaceCodes).WithName("replaceRecoveryCodes").RequiresSignIn();
        factor.MapPost("/remove", Remove).WithName("removeSecondFactor").RequiresSignIn();
    }

    /// <summary>Whether my account asks for a code, and how many recovery codes are left.</summary>
    private static async Task<Ok<SecondFactorView>> Get(Caller caller, IdentityDb db, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem(); // an account belongs to no workspace
        var since = await db.TotpFactors.Where(f => f.UserId == userId).Select(f => f.ConfirmedAt).SingleOrDefaultAsync(ct);
        var left = since is null ? 0 : await db.RecoveryCodes.CountAsync(c => c.UserId == userId && c.UsedAt == null, ct);
        return TypedResults.Ok(new SecondFactorView(since is not null, since, left));
    }

    /// <summary>Get a secret for an authenticator app. Nothing changes before the app's first code is confirmed.</summary>
    private static async Task<Ok<TotpSecretView>> Begin(
        BeginTotpRequest body, Caller caller, PasswordSignIn signIn, SecondFactors factors, HttpContext context, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        context.Response.Headers.CacheControl = "no-store";
        var user = await signIn.ConfirmAsync(userId, body.Password, Client.Of(context), "password", ct);
        var secret = await factors.BeginAsync(user, ct);
        return TypedResults.Ok(new TotpSecretView(Totp.Base32(secret), Totp.Uri(secret, user.Email)));
    }

    /// <summary>Show that the app has the secret. From now on signing in takes a code; all sessions end, and the answer opens a new one.</summary>
    private static async Task<Ok<TotpConfirmedView>> Confirm(
        ConfirmTotpRequest body, Caller caller, IdentityDb db, SecondFactors factors, SessionBook sessions, SessionAnswers answers, AccountMail mail, SignInThrottle throttle,
        HttpContext context, CancellationToken ct)
    {
        var (userId, tenantId) = (caller.UserId!.Value, caller.TenantIdOrNull);
        caller.UseSystem();
        context.Response.Headers.CacheControl = "no-store";
        var client = Client.Entering(context);
        await throttle.TakeAsync([new ThrottleCount($"confirm-totp:{userId}", 10)], ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        var codes = await factors.ConfirmAsync(user, body.Code, ct);
        // Whoever came in without a code before must not stay.
        await sessions.EndAllAsync(userId, "second_factor_on", ct);
        var session = sessions.Open(user, tenantId, client);
        await mail.SendNoticeAsync(user, user.Email, "Signing in takes a code of an authenticator app now.", ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.Ok(new TotpConfirmedView(codes, await answers.OfAsync(session, user, client, context, ct)));
    }

    /// <summary>Get new recovery codes; those before stop working.</summary>
    private static async Task<Ok<RecoveryCodesView>> ReplaceCodes(
        ProofRequest body, Caller caller, IdentityDb db, PasswordSignIn signIn, SecondFactors factors, HttpContext context, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        context.Response.Headers.CacheControl = "no-store";
        var user = await ProveAsync(userId, body, db, signIn, factors, context, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await HoldAsync(db, userId, ct)) throw Off();
        var codes = await factors.ReplaceCodesAsync(user, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return TypedResults.Ok(new RecoveryCodesView(codes));
    }

    /// <summary>Sign in with the password alone again.</summary>
    private static async Task<NoContent> Remove(
        ProofRequest body, Caller caller, IdentityDb db, PasswordSignIn signIn, SecondFactors factors, AccountMail mail, HttpContext context, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        var user = await ProveAsync(userId, body, db, signIn, factors, context, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.TotpFactors.Where(f => f.UserId == userId && f.ConfirmedAt != null).ExecuteDeleteAsync(ct) == 0) throw Off();
        await mail.SendNoticeAsync(user, user.Email, "Signing in takes no code any more.", ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return TypedResults.NoContent();
    }

    private static async Task<User> ProveAsync(
        Guid userId, ProofRequest proof, IdentityDb db, PasswordSignIn signIn, SecondFactors factors, HttpContext context, CancellationToken ct)
    {
        var client = Client.Of(context);
        if (proof.Password is { } password) return await signIn.ConfirmAsync(userId, password, client, "password", ct);
        if (proof.Code is not { } code) throw Problem.Invalid("password", "Give your password, or a code instead.");
        var user = await db.Users.SingleAsync(u => u.Id == userId, ct);
        return await factors.TakeAsync(user, code, client, ct) ? user : throw Problem.Invalid("code", "This code is not right, or was used already.");
    }

    // Held, so that two who ask for new codes at the same moment do not both get some that work.
    private static async Task<bool> HoldAsync(IdentityDb db, Guid userId, CancellationToken ct) =>
        (await db.TotpFactors.FromSql($"select * from totp_factor where user_id = {userId} and confirmed_at is not null for update").AsNoTracking().ToListAsync(ct)).Count == 1;

    private static Problem Off() => Problem.Conflict("second_factor_off", "Your account asks for no code.");
}

/// <summary>The state of the second factor.</summary>
/// <param name="Enabled">Signing in takes a code.</param>
/// <param name="EnabledAt">Since when.</param>
/// <param name="RecoveryCodesLeft">How many recovery codes were not used.</param>
public sealed record SecondFactorView(bool Enabled, DateTimeOffset? EnabledAt, int RecoveryCodesLeft);

/// <summary>The account's password.</summary>
public sealed record BeginTotpRequest([Required, MaxLength(PasswordRules.MaxLength)] string Password);

/// <summary>A secret for an authenticator app.</summary>
/// <param name="Secret">Base32, to be typed.</param>
/// <param name="Uri">To be shown as a QR code.</param>
public sealed record TotpSecretView(string Secret, string Uri);

/// <summary>The code that the app shows.</summary>
public sealed record ConfirmTotpRequest([Required, MaxLength(20)] string Code);

/// <summary>Shown once: recovery codes, each for one use, and the new session.</summary>
public sealed record TotpConfirmedView(IReadOnlyList<string> RecoveryCodes, SessionView Session);

/// <summary>Shown once.</summary>
public sealed record RecoveryCodesView(IReadOnlyList<string> RecoveryCodes);

/// <summary>Shows that it is really the account's owner: by the password, or by a code of the app or a recovery code.</summary>
public sealed record ProofRequest([MaxLength(PasswordRules.MaxLength)] string? Password = null, [MaxLength(20)] string? Code = null);

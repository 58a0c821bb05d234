using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Identity.Sessions;
using Tideline.Platform.Security;

namespace Tideline.Identity.Accounts;

/// <summary>Password and e-mail address of an account: forgotten, changed, proved.</summary>
internal static class AccountEndpoints
{
    public static void MapAccounts(this RouteGroupBuilder api)
    {
        var accounts = api.MapGroup("").WithTags("Accounts");
        accounts.MapPost("/password/forgot", Forgot).WithName("sendPasswordReset").AllowsAnyone("whoever forgot the password cannot sign in");
        accounts.MapPost("/password/reset", Reset).WithName("completePasswordReset").AllowsAnyone("the token from the mailbox says whose password it is");
        accounts.MapPost("/password/change", ChangePassword).WithName("changePassword").RequiresSignIn();
        accounts.MapPost("/email/verification", Verify).WithName("sendEmailVerification").RequiresSignIn();
        accounts.MapPost("/email/change", ChangeEmail).WithName("changeEmail").RequiresSignIn();
        accounts.MapPost("/email/confirm", Confirm).WithName("confirmEmail").AllowsAnyone("the link may be opened where nobody is signed in");
    }

    /// <summary>Ask for the way to a new password by e-mail. The answer is the same whether the address has an account or not.</summary>
    private static async Task<Accepted> Forgot(ForgotPasswordRequest body, Caller caller, PasswordBook passwords, HttpContext context, CancellationToken ct)
    {
        caller.UseSystem(); // an account belongs to no workspace
        await passwords.ForgetAsync(body.Email, Client.Of(context), ct);
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Set a new password with the token from the e-mail: once, within 30 minutes. All sessions end; sign in with the new password.</summary>
    private static async Task<NoContent> Reset(ResetPasswordRequest body, Caller caller, PasswordBook passwords, CancellationToken ct)
    {
        caller.UseSystem();
        await passwords.ResetAsync(body.Token, body.Password, ct);
        return TypedResults.NoContent();
    }

    /// <summary>Change my password. All sessions end; the answer opens a new one.</summary>
    private static async Task<Ok<SessionView>> ChangePassword(
        ChangePasswordRequest body, Caller caller, PasswordBook passwords, SessionAnswers answers, HttpContext context, CancellationToken ct)
    {
        var (userId, tenantId) = (caller.UserId!.Value, caller.TenantIdOrNull);
        caller.UseSystem();
        var client = Client.Entering(context);
        var (user, session) = await passwords.ChangeAsync(userId, body.CurrentPassword, body.NewPassword, tenantId, client, ct);
        return TypedResults.Ok(await answers.OfAsync(session, user, client, context, ct));
    }

    /// <summary>Have a link mailed that proves my e-mail address.</summary>
    private static async Task<Accepted> Verify(Caller caller, EmailBook emails, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        await emails.VerifyAsync(userId, ct);
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Give my account another e-mail address. It changes when the link that is mailed there is followed.</summary>
    private static async Task<Accepted> ChangeEmail(ChangeEmailRequest body, Caller caller, EmailBook emails, HttpContext context, CancellationToken ct)
    {
        var userId = caller.UserId!.Value;
        caller.UseSystem();
        await emails.ChangeAsync(userId, body.Email, body.Password, Client.Of(context), ct);
        return TypedResults.Accepted((string?)null);
    }

    /// <summary>Prove an e-mail address with the token that was mailed there.</summary>
    private static async Task<NoContent> Confirm(ConfirmEmailRequest body, Caller caller, EmailBook emails, CancellationToken ct)
    {
        caller.UseSystem();
        await emails.ConfirmAsync(body.Token, ct);
        return TypedResults.NoContent();
    }
}

/// <summary>Whose password was forgotten.</summary>
public sealed record ForgotPasswordRequest([Required, MaxLength(254)] string Email);

/// <summary>The token of the e-mail's link, and the new password.</summary>
public sealed record ResetPasswordRequest([Required, MaxLength(100)] string Token, [Required, MaxLength(PasswordRules.MaxLength)] string Password);

/// <summary>The present password, and the one to come.</summary>
public sealed record ChangePasswordRequest(
    [Required, MaxLength(PasswordRules.MaxLength)] string CurrentPassword, [Required, MaxLength(PasswordRules.MaxLength)] string NewPassword);

/// <summary>The address to come, and the account's password.</summary>
public sealed record ChangeEmailRequest([Required, MaxLength(254)] string Email, [Required, MaxLength(PasswordRules.MaxLength)] string Password);

/// <summary>The token of the e-mail's link.</summary>
public sealed record ConfirmEmailRequest([Required, MaxLength(100)] string Token);

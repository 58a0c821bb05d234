using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Platform.Security;

namespace Tideline.Identity.Accounts;

internal static class RegistrationEndpoints
{
    public static void MapRegistration(this RouteGroupBuilder api) =>
        api.MapPost("/register", Register).WithName("register").WithTags("Accounts")
            .AllowsAnyone("somebody who registers has no account yet");

    /// <summary>Open an account and a workspace of its own.</summary>
    private static async Task<Created<SessionView>> Register(
        RegisterRequest body, Caller caller, Registration registration, SessionAnswers answers, HttpContext context, CancellationToken ct)
    {
        caller.UseSystem(); // there is no tenant before this
        var client = Client.Entering(context);
        var wanted = new NewAccount(body.Email, body.Password, body.Name, body.TenantName, body.Country, body.TimeZone, body.Currency);
        var (user, session) = await registration.RegisterAsync(wanted, client, ct);
        return TypedResults.Created("/api/identity/me", await answers.OfAsync(session, user, client, context, ct));
    }
}

/// <summary>A new account with its first workspace.</summary>
/// <param name="Password">At least 12 characters; any characters.</param>
/// <param name="Country">ISO 3166 code; US when absent.</param>
/// <param name="TimeZone">IANA zone; UTC when absent.</param>
/// <param name="Currency">ISO 4217 code; USD when absent.</param>
public sealed record RegisterRequest(
    [Required, MaxLength(254)] string Email,
    [Required, MaxLength(PasswordRules.MaxLength)] string Password,
    [Required, MaxLength(200)] string Name,
    [Required, MaxLength(200)] string TenantName,
    [MaxLength(100)] string? Country = null,
    [MaxLength(100)] string? TimeZone = null,
    [MaxLength(3)] string? Currency = null);

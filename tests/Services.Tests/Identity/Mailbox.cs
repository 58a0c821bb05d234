using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Identity;
using Tideline.Identity;
using Tideline.Identity.Accounts;
using Tideline.Platform.Security;

namespace Tideline.Services.Tests.Identity;

/// <summary>What was mailed to somebody, read from identity's outbox: the bus stands still in these tests.</summary>
internal static class Mailbox
{
    /// <summary>Asks for a way to a new password, and lets identity handle what it told the bus.</summary>
    public static async Task<HttpResponseMessage> ForgetAsync(this IdentityHost host, string email, IdentityClientUnderTest? client = null)
    {
        var answer = await (client ?? host.Client()).SendAsync(HttpMethod.Post, "/api/identity/password/forgot", new { email });
        if (answer.IsSuccessStatusCode) await host.HandleForgottenAsync(email);
        return answer;
    }

    /// <summary>As the dispatcher does it: system scope, one transaction.</summary>
    public static async Task HandleForgottenAsync(this IdentityHost host, string email)
    {
        await using var scope = host.App.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseSystem();
        var db = scope.ServiceProvider.GetRequiredService<IdentityDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await scope.ServiceProvider.GetRequiredService<SendPasswordReset>().HandleAsync(new PasswordResetRequested { Email = email }, CancellationToken.None);
        await transaction.CommitAsync();
    }

    /// <summary>The token in the newest mail of a kind to an address.</summary>
    public static async Task<string> TokenAsync(this IdentityHost host, string email, string template)
    {
        var url = await host.ScalarAsync<string>("""
            select payload::json -> 'variables' ->> 'url' from outbox
            where type = 'email.requested' and payload::json ->> 'to' = $1 and payload::json ->> 'templateKey' = $2 order by seq desc limit 1
            """, email, template);
        return url[(url.IndexOf("token=", StringComparison.Ordinal) + 6)..];
    }

    /// <summary>Somebody new joins by invitation.</summary>
    public static async Task<Account> JoinAsync(this IdentityHost host, Account owner, string role)
    {
        var bo = new Account(host.Client(), $"bo-{Guid.NewGuid():n}@example.com", "five slow kettles singing");
        await owner.PostAsync("/api/identity/invitations", new { email = bo.Email, role });
        var token = await InvitationTests.TokenAsync(host, owner.TenantId, bo.Email);
        bo.Session = await bo.Client.PostAsync("/api/identity/invitations/accept", new { token, name = "Bo", password = bo.Password });
        return bo;
    }

    public static Task<long> CountAsync(this IdentityHost host, string email, string template) => host.ScalarAsync<long>(
        "select count(*) from outbox where type = 'email.requested' and payload::json ->> 'to' = $1 and payload::json ->> 'templateKey' = $2", email, template);
}

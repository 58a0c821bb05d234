using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Tideline.Contracts.Identity;
using Tideline.Identity.Members;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Identity.Tenants;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Identity.Accounts;

/// <summary>Makes accounts and workspaces. Works in the system scope.</summary>
internal sealed class Registration(
    IdentityDb db, PasswordHashing hashing, SignInThrottle throttle, SessionBook sessions, OneTimeTokens tokens, AccountMail mail, IOptions<IdentityOptions> options,
    TimeProvider clock)
{
    private const long FirstUserLock = 0x6964_6669_7273; // "idfirs"

    /// <summary>An account, its first workspace and a session there: all or nothing.</summary>
    /// <exception cref="Problem">409 <c>email_taken</c>.</exception>
    public async Task<(User User, OpenSession Session)> RegisterAsync(NewAccount wanted, Client client, CancellationToken ct)
    {
        var tenant = NewTenant(wanted.TenantName, wanted.Country, wanted.TimeZone, wanted.Currency, "tenantName");
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var user = await AddUserAsync(wanted.Email, wanted.Name, wanted.Password, client, [wanted.TenantName], ct);
        AddTenant(tenant, user);
        var session = sessions.Open(user, tenant.TenantId, client);
        user.LastTenantId = tenant.TenantId;
        if (options.Value.VerifyEmailAtRegistration)
            await mail.SendVerificationAsync(user, user.EmailKey, tokens.Add(user, TokenPurpose.Email, user.EmailKey), ct, tenant.TenantId);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { ConstraintName: "user_account_email_key" })
        {
            throw await TakenAsync(client, ct); // the same address twice at the same moment
        }
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        return (user, session);
    }

    /// <summary>Adds an account; the caller stores it.</summary>
    public async Task<User> AddUserAsync(string email, string name, string password, Client client, IEnumerable<string> about, CancellationToken ct)
    {
        var address = EmailAddress.Parse(email);
        if (address.Canonical is not { } key) throw Problem.Invalid("email", address.Reason!);
        name = name.Trim();
        if (name.Length is 0 or > 200) throw Problem.Invalid("name", "Must have 1 to 200 characters.");
        if (PasswordRules.Problem(password, [key, name, .. about]) is { } reason) throw Problem.Invalid("password", reason);

        // Hashed before the look-up: a taken address answers no sooner than a free one.
        var hash = await hashing.HashAsync(password, ct);
        if (await db.Users.AnyAsync(u => u.EmailKey == key, ct)) throw await TakenAsync(client, ct);
        var user = new User
        {
            Email = key,
            EmailKey = key,
            Name = name,
            PasswordHash = hash,
            IsOperator = await IsFirstAsync(ct),
            CreatedAt = clock.GetUtcNow(),
        };
        db.Add(user);
        db.Publish(new UserRegistered { UserId = user.Id, Email = user.Email, Name = user.Name }, null);
        return user;
    }

    /// <summary>A workspace as it was asked for, with what it was not asked for.</summary>
    /// <param name="field">What the request calls the name.</param>
    public Tenant NewTenant(string name, string? country, string? timeZone, string? currency, string field, Guid? id = null) => new()
    {
        TenantId = id ?? Guid.CreateVersion7(),
        Name = TenantRules.NameOf(name, field),
        Country = TenantRules.CountryOf(country),
        TimeZone = TenantRules.TimeZoneOf(timeZone),
        Currency = TenantRules.CurrencyOf(currency),
        CreatedAt = clock.GetUtcNow(),
    };

    /// <summary>Adds a workspace with its owner; the caller stores it.</summary>
    public void AddTenant(Tenant tenant, User owner)
    {
        var membership = new Membership { TenantId = tenant.TenantId, UserId = owner.Id, Role = Roles.Owner, JoinedAt = tenant.CreatedAt };
        db.AddRange(tenant, membership);
        db.Publish(new TenantCreated
        {
            TenantId = tenant.TenantId,
            Name = tenant.Name,
            Country = tenant.Country,
            TimeZone = tenant.TimeZone,
            Currency = tenant.Currency,
            OwnerId = owner.Id,
        }, tenant.TenantId);
        db.Publish(membership.Changed(owner), tenant.TenantId);
    }

    // Whoever opens the installation runs it. Two at the same moment: the lock lets one be first.
    private async Task<bool> IsFirstAsync(CancellationToken ct)
    {
        if (await db.Users.AnyAsync(ct)) return false;
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({FirstUserLock})", ct);
        return !await db.Users.AnyAsync(ct);
    }

    // With a session at once and no mail to wait for, a taken address cannot be hidden; it can be made slow to search for.
    private async Task<Problem> TakenAsync(Client client, CancellationToken ct)
    {
        await throttle.TakeAsync([new ThrottleCount($"taken:{client.Ip}", 30)], ct);
        return new Problem(StatusCodes.Status409Conflict, "email_taken", "There is an account with this e-mail address.", "Sign in instead.");
    }
}

/// <summary>What somebody wants when they register.</summary>
internal sealed record NewAccount(
    string Email, string Password, string Name, string TenantName, string? Country = null, string? TimeZone = null, string? Currency = null);

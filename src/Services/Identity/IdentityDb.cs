using Microsoft.EntityFrameworkCore;
using Tideline.Identity.Accounts;
using Tideline.Identity.ApiKeys;
using Tideline.Identity.CustomRoles;
using Tideline.Identity.Members;
using Tideline.Identity.SecondFactor;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Identity.Tenants;
using Tideline.Identity.Tokens;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Identity;

internal sealed class IdentityDb(DbContextOptions<IdentityDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<User> Users => Set<User>();
    public DbSet<Tenant> Tenants => Set<Tenant>();
    public DbSet<Membership> Memberships => Set<Membership>();
    public DbSet<Invitation> Invitations => Set<Invitation>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<OneTimeToken> OneTimeTokens => Set<OneTimeToken>();
    public DbSet<TotpFactor> TotpFactors => Set<TotpFactor>();
    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<CustomRole> CustomRoles => Set<CustomRole>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<AccessAttempt> AccessAttempts => Set<AccessAttempt>();

    /// <summary>
    /// Rows of all workspaces, for signing in and choosing among one's own: the caller must have taken the system scope, and must say
    /// himself which user's rows he wants.
    /// </summary>
    public IQueryable<T> OfAllTenants<T>() where T : class, ITenantOwned => Set<T>().IgnoreQueryFilters([TenantFilter]);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<User>().ToTable("user_account");
        modelBuilder.Entity<Tenant>(tenant =>
        {
            tenant.ToTable("tenant").HasKey(x => x.TenantId);
            tenant.Property(x => x.Version).IsRowVersion();
            tenant.Property(x => x.Country).HasColumnType("char(2)");
            tenant.Property(x => x.Currency).HasColumnType("char(3)");
        });
        // The references are told so that rows are stored in an order that the foreign keys allow.
        modelBuilder.Entity<Membership>(membership =>
        {
            membership.ToTable("membership").HasOne<Tenant>().WithMany().HasForeignKey(x => x.TenantId);
            membership.HasOne<User>().WithMany().HasForeignKey(x => x.UserId);
        });
        modelBuilder.Entity<Invitation>(invitation =>
        {
            invitation.ToTable("invitation").HasOne<Tenant>().WithMany().HasForeignKey(x => x.TenantId);
            invitation.HasOne<User>().WithMany().HasForeignKey(x => x.InvitedBy);
        });
        modelBuilder.Entity<Session>().ToTable("session").HasOne<User>().WithMany().HasForeignKey(x => x.UserId);
        modelBuilder.Entity<RefreshToken>(token =>
        {
            token.ToTable("refresh_token").HasKey(x => x.TokenHash);
            token.HasOne<Session>().WithMany().HasForeignKey(x => x.SessionId);
        });
        modelBuilder.Entity<OneTimeToken>(token =>
        {
            token.ToTable("one_time_token").HasKey(x => x.TokenHash);
            token.HasOne<User>().WithMany().HasForeignKey(x => x.UserId);
        });
        modelBuilder.Entity<TotpFactor>(factor =>
        {
            factor.ToTable("totp_factor").HasKey(x => x.UserId);
            factor.HasOne<User>().WithMany().HasForeignKey(x => x.UserId);
        });
        modelBuilder.Entity<RecoveryCode>(code =>
        {
            code.ToTable("recovery_code").HasKey(x => new { x.UserId, x.CodeHash });
            code.HasOne<TotpFactor>().WithMany().HasForeignKey(x => x.UserId);
        });
        modelBuilder.Entity<ApiKey>(key =>
        {
            key.ToTable("api_key").HasOne<Tenant>().WithMany().HasForeignKey(x => x.TenantId);
            key.HasOne<User>().WithMany().HasForeignKey(x => x.UserId);
        });
        modelBuilder.Entity<CustomRole>(role =>
        {
            role.ToTable("custom_role").HasOne<Tenant>().WithMany().HasForeignKey(x => x.TenantId);
            role.Property(x => x.Version).IsRowVersion();
        });
        modelBuilder.Entity<SigningKey>().ToTable("signing_key").HasKey(x => x.Kid);
        modelBuilder.Entity<AccessAttempt>().ToTable("access_attempt");
        base.OnModelCreating(modelBuilder);
    }
}

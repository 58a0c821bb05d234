using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Identity;
using Tideline.Contracts.Notifications;
using Tideline.Identity.Accounts;
using Tideline.Identity.ApiKeys;
using Tideline.Identity.CustomRoles;
using Tideline.Identity.Members;
using Tideline.Identity.SecondFactor;
using Tideline.Identity.Sessions;
using Tideline.Identity.SignIn;
using Tideline.Identity.Tenants;
using Tideline.Identity.Tokens;
using Tideline.Platform.Hosting;

namespace Tideline.Identity;

/// <summary>Knows who people are, where they work and what they may do there; gives out the tokens that say so.</summary>
public sealed class IdentityService : IService
{
    /// <inheritdoc/>
    public string Name => "identity";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.AddOptions<IdentityOptions>();
        svc.Services.AddSingleton<KeyEncryption>().AddSingleton<SigningKeyRing>().AddSingleton<TokenIssuer>().AddSingleton<ServiceSecrets>();
        svc.Services.AddSingleton<PasswordHashing>().AddSingleton<SignInThrottle>();
        svc.Services.AddScoped<Registration>().AddScoped<PasswordSignIn>().AddScoped<SessionBook>().AddScoped<SessionAnswers>();
        svc.Services.AddScoped<MemberBook>().AddScoped<InvitationBook>();
        svc.Services.AddScoped<OneTimeTokens>().AddScoped<AccountMail>().AddScoped<Profile>().AddScoped<PasswordBook>().AddScoped<EmailBook>();
        svc.Services.AddScoped<SecondFactors>().AddScoped<ApiKeyBook>().AddScoped<RoleBook>();
        svc.AddDatabase<IdentityDb>()
            .Publishes<UserRegistered>().Publishes<UserUpdated>().Publishes<PasswordResetRequested>().Publishes<TenantCreated>().Publishes<TenantUpdated>()
            .Publishes<MembershipChanged>().Publishes<SessionRevoked>().Publishes<EmailRequested>()
            .Handles<SessionRevoked, SpreadRevocation>()
            .Handles<PasswordResetRequested, SendPasswordReset>()
            .AddLoop<RotateSigningKeys>()
            .AddLoop<CleanUp>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapRegistration();
        routes.Api.MapAccounts();
        routes.Api.MapSessions();
        routes.Api.MapSessionList();
        routes.Api.MapProfile();
        routes.Api.MapSecondFactor();
        routes.Api.MapTenants();
        routes.Api.MapMembers();
        routes.Api.MapRoles();
        routes.Api.MapInvitations();
        routes.Api.MapKeys();
        routes.Api.MapApiKeys();
        routes.Internal.MapApiKeyChecks();
        routes.Internal.MapServiceTokens();
        routes.Internal.MapDirectory();
    }
}

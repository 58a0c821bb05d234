using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Brands;
using Tideline.Contracts.Identity;
using Tideline.Platform.Data;
using Tideline.Platform.Security;
using Tideline.Services.Tests.Identity;
using Tideline.Testing;

namespace Tideline.Services.Tests.Brands;

/// <summary>Brands with identity beside it, since only identity makes tokens.</summary>
public sealed class BrandsHost : IAsyncLifetime
{
    private WebApplication? _app;

    public WebApplication App => _app ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        var (admin, prefix, ct) = (await TestCluster.AdminAsync(), TestCluster.NextPrefix(), TestContext.Current.CancellationToken);
        var identity = await Provisioner.EnsureAsync(admin, prefix, "identity", "owner", "app", ct);
        var brands = await Provisioner.EnsureAsync(admin, prefix, "brands", "owner", "app", ct);
        _app = await IdentityHost.StartAsync(identity, TimeProvider.System, null, new BrandsService(), brands);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public IdentityClientUnderTest Client() => new(new Uri(App.Urls.First()), IdentityHost.NextAddress(), "tests/1");

    /// <summary>A new workspace; its opening is told to brands as the bus would.</summary>
    public async Task<Account> RegisterAsync(bool isTold = true)
    {
        var unique = Guid.NewGuid().ToString("n")[..12];
        var account = new Account(Client(), $"anna-{unique}@example.com", "three quiet boats " + unique);
        account.Session = await account.Client.PostAsync("/api/identity/register", new
        {
            email = account.Email,
            password = account.Password,
            name = "Anna Owner",
            tenantName = "Workspace " + unique,
        });
        if (isTold) await TellAsync(account);
        return account;
    }

    public async Task TellAsync(Account account)
    {
        await using var scope = App.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(account.TenantId);
        await scope.ServiceProvider.GetRequiredService<MakeDefaultBrand>().HandleAsync(new TenantCreated
        {
            TenantId = account.TenantId,
            Name = account.Session["tenant"]!["name"]!.GetValue<string>(),
            Country = "US",
            TimeZone = "UTC",
            Currency = "USD",
            OwnerId = account.UserId,
        }, TestContext.Current.CancellationToken);
    }

    public static async Task<List<JsonNode>> BrandsOfAsync(Account account) =>
        [.. (await account.GetAsync("/api/brands/brands"))["data"]!.AsArray().Select(b => b!)];
}

using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Host;
using Tideline.Platform.Security;

namespace Tideline.Testing;

/// <summary>
/// The whole platform in the test's process, on a real socket and real PostgreSQL: what users run, with other settings. Tests share one
/// and make a tenant each, so they run side by side and need no clean-up.
/// </summary>
public class TestPlatform : IAsyncDisposable
{
    private readonly TidelineHost _host;
    private readonly string _folder;

    private TestPlatform(TidelineHost host, string folder, Uri address) => (_host, _folder, Address) = (host, folder, address);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The container, for looking behind the API.</summary>
    public IServiceProvider Services => _host.App.Services;

    /// <summary>Starts a platform of its own.</summary>
    /// <param name="target">Which services; the rest must have addresses in the settings.</param>
    /// <param name="settings">Configuration on top of the defaults for tests.</param>
    public static async Task<TestPlatform> StartAsync(string target = "all", IReadOnlyDictionary<string, string?>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("tideline-platform-").FullName;
        var configuration = new Dictionary<string, string?>
        {
            ["Database:Admin"] = await TestCluster.AdminAsync(),
            ["Logging:LogLevel:Default"] = "Warning",
            // Every test makes people; a real password hash takes a tenth of a second.
            ["Services:identity:PasswordIterations"] = "1000",
            ["Services:identity:Operators"] = "*",
            // Tests count the mails that they ask for; the one for the address of a new account comes in tests of its own.
            ["Services:identity:VerifyEmailAtRegistration"] = "false",
            // All tests come from one address, as fast as they can; those of the limits set their own.
            ["Gateway:Limits:AddressPerSecond"] = "0",
            ["Gateway:Limits:TenantPerSecond"] = "0",
            ["Gateway:Limits:KeyPerSecond"] = "0",
        };
        foreach (var (name, value) in settings ?? new Dictionary<string, string?>()) configuration[name] = value;
        var host = await TidelineHost.BuildAsync(new TidelineOptions
        {
            Target = target,
            Urls = "http://127.0.0.1:0",
            DataFolder = folder,
            DatabasePrefix = TestCluster.NextPrefix(),
            Settings = configuration,
        }, CancellationToken.None);
        await host.StartAsync(CancellationToken.None);
        return new TestPlatform(host, folder, new Uri(host.App.Urls.First()));
    }

    /// <summary>A client without a token.</summary>
    public ApiClient Anonymous() => new(new HttpClient { BaseAddress = Address }, null);

    /// <summary>A new workspace, and a client signed in as its owner.</summary>
    public async Task<ApiClient> NewTenantAsync(string country = "US")
    {
        var unique = Guid.NewGuid().ToString("n")[..12];
        using var anonymous = new HttpClient { BaseAddress = Address };
        using var response = await anonymous.PostAsJsonAsync("/api/identity/register", new
        {
            email = $"owner-{unique}@example.com",
            password = "correct horse battery " + unique,
            name = "Olivia Owner",
            tenantName = "Tenant " + unique,
            country,
        });
        var session = await ApiClient.ReadAsync(response);
        return new ApiClient(new HttpClient { BaseAddress = Address }, session);
    }

    /// <summary>Runs in a scope of one tenant, behind the API.</summary>
    public async Task<T> InTenantAsync<T>(Guid tenantId, Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(tenantId);
        return await work(scope.ServiceProvider);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.App.StopAsync();
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Architecture.Tests;
using Tideline.Host;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Testing;

[assembly: AssemblyFixture(typeof(ArchitectureFixture))]

namespace Tideline.Architecture.Tests;

/// <summary>The whole platform, started once for all tests of this assembly; what is looked at comes from its catalogue, its container and its route table.</summary>
public sealed class ArchitectureFixture : IAsyncLifetime
{
    private TestPlatform? _platform;

    public TestPlatform Platform => _platform ?? throw new InvalidOperationException("Not started.");

    /// <summary>What the services have declared.</summary>
    internal IReadOnlyList<ServiceRegistration> Registrations => [.. Platform.Services.GetServices<ServiceRegistration>()];

    internal DatabaseConnections ConnectionsOf(string service) => Platform.Services.GetRequiredService<DatabaseDirectory>().For(service);

    internal IReadOnlyList<Route> Routes => field ??= Route.All(Platform.Services.GetRequiredService<EndpointDataSource>());

    /// <summary>A row for each service of the catalogue.</summary>
    public static TheoryData<string> Services => [.. Catalog.All.Select(s => s.Name)];

    // Hashing is made cheap: tests here make many workspaces and prove nothing about passwords.
    public async ValueTask InitializeAsync() =>
        _platform = await TestPlatform.StartAsync(settings: new Dictionary<string, string?> { ["Services:identity:PasswordIterations"] = "1000" });

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
    }
}

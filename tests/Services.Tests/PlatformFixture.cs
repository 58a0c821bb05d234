using Tideline.Services.Tests;
using Tideline.Testing;

[assembly: AssemblyFixture(typeof(PlatformFixture))]

namespace Tideline.Services.Tests;

/// <summary>One running platform for all tests of this assembly; each test makes a tenant of its own.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private TestPlatform? _platform;

    /// <summary>The platform.</summary>
    public TestPlatform Platform => _platform ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _platform = await TestPlatform.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
    }
}

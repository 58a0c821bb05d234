using Tideline.Services.Tests;
using Tideline.Testing;

[assembly: AssemblyFixture(typeof(PlatformFixture))]

namespace Tideline.Services.Tests;

/// <summary>One running platform for all tests of this assembly; each test makes a tenant of its own.</summary>
public sealed class PlatformFixture : IAsyncLifetime
{
    private TestPlatform? _platform;
    private Exception? _failure;

    /// <summary>The platform.</summary>
    public TestPlatform Platform => _platform ?? throw new InvalidOperationException("The platform does not start.", _failure);

    public async ValueTask InitializeAsync()
    {
        try
        {
            _platform = await TestPlatform.StartAsync();
        }
#pragma warning disable CA1031 // Tests that need no platform still run; those that do say why they cannot.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = e;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null) await _platform.DisposeAsync();
    }
}

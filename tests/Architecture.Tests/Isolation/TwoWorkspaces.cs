using Tideline.Testing;

namespace Tideline.Architecture.Tests.Isolation;

/// <summary>A workspace full of things, and another whose owner would like to see them.</summary>
public sealed class TwoWorkspaces(ArchitectureFixture fixture) : IAsyncLifetime
{
    internal SeededWorkspace Ours { get; private set; } = null!;

    internal ApiClient Stranger { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Ours = await SeededWorkspace.MakeAsync(fixture);
        Stranger = await fixture.Platform.NewTenantAsync("SE");
    }

    public ValueTask DisposeAsync()
    {
        Ours?.Client.Dispose();
        Stranger?.Dispose();
        return ValueTask.CompletedTask;
    }
}

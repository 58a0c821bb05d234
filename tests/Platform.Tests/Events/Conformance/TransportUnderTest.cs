namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>A transport and whatever has to run for it: what the suite needs to know besides the bus itself.</summary>
public abstract class TransportUnderTest : IAsyncLifetime
{
    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Why its tests cannot run here; null when they can.</summary>
    internal virtual string? Missing => null;

    /// <summary>What is configured to use it, for an installation of this name.</summary>
    internal abstract Dictionary<string, string?> Settings(string installation);

    /// <summary>Makes what an operator would make beforehand.</summary>
    internal virtual Task PrepareAsync(string installation) => Task.CompletedTask;

    /// <summary>Removes what an installation has left.</summary>
    internal virtual Task RemoveAsync(string installation) => Task.CompletedTask;

    /// <summary>Stops it as if its power had gone.</summary>
    internal abstract Task StopAsync(BusHost host);

    /// <summary>It comes back with what it had confirmed.</summary>
    internal abstract Task StartAsync(BusHost host);
}

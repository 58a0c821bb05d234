namespace Tideline.Host.Demo;

/// <summary>A workspace to look around in, made once.</summary>
internal static class DemoWorkspace
{
    public static Task EnsureAsync(TidelineHost host, CancellationToken ct)
    {
        _ = ct;
        Console.WriteLine($"Tideline is ready: {string.Join(", ", host.App.Urls)}");
        return Task.CompletedTask;
    }
}

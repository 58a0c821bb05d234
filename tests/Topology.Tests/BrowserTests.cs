using System.Diagnostics;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>The platform as <c>./run</c> starts it, with the console and the sandbox.</summary>
public sealed class SandboxProcess : IAsyncLifetime
{
    /// <summary>The running platform.</summary>
    public PlatformProcess Platform { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Platform = PlatformProcess.Of("all", PlatformProcess.FreePorts(1)[0], Directory.CreateTempSubdirectory("tideline-browser-").FullName, new Dictionary<string, string?>
        {
            ["Database:Admin"] = await TestCluster.AdminAsync(),
            ["Database:Prefix"] = TestCluster.NextPrefix(),
            ["Logging:LogLevel:Default"] = "Warning",
            ["Services:identity:PasswordIterations"] = "1000",
            ["Services:identity:Operators"] = "*",
        });
        await Platform.StartAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Platform.DisposeAsync();
}

/// <summary>People at a real browser: the scripts of <c>console/e2e</c> in headless Chromium.</summary>
[Collection(nameof(Topologies))]
public sealed class BrowserTests(SandboxProcess sandbox) : IClassFixture<SandboxProcess>
{
    private static readonly string? Chromium = new[] { "/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser" }.FirstOrDefault(File.Exists);

    [Theory]
    [InlineData("story")]
    [InlineData("leads")]
    [InlineData("assignment")]
    [InlineData("settings")]
    public async Task Walk_through_the_console(string script)
    {
        Assert.SkipWhen(Chromium is null, "Chromium is not installed (Debian: apt-get install chromium).");
        var console = Path.Combine(Root(), "console");
        Assert.SkipUnless(Directory.Exists(Path.Combine(console, "node_modules", "playwright-core")), "The console's packages are not installed (npm ci in console).");
        Assert.SkipUnless(File.Exists(Path.Combine(Root(), "src", "Host", "wwwroot", "index.html")), "The console is not built (npm run build in console).");
        var start = new ProcessStartInfo("node", ["--test", "--test-reporter=spec", $"e2e/{script}.test.mjs"])
        {
            WorkingDirectory = console,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TIDELINE_URL"] = sandbox.Platform.Address.ToString().TrimEnd('/'), ["CHROMIUM"] = Chromium },
        };
        using var process = Process.Start(start)!;
        var ct = TestContext.Current.CancellationToken;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromMinutes(6));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        Assert.True(process.ExitCode == 0, await output + await errors);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Tideline.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tideline.Platform.EmbeddedPostgres;
using Postgres = Tideline.Platform.EmbeddedPostgres.EmbeddedPostgres;

namespace Tideline.Platform.Tests.EmbeddedPostgres;

/// <summary>
/// Another process that runs a private server, to be killed: this program again, with <see cref="StartupHook"/> in place of
/// its tests. The two talk over a socket, so each notices the other's end.
/// </summary>
internal sealed class Holder : IDisposable
{
    public const string FolderVariable = "TIDELINE_TEST_HOLD_FOLDER";
    public const string PortVariable = "TIDELINE_TEST_HOLD_PORT";
    public const string GraceVariable = "TIDELINE_TEST_HOLD_GRACE";

    private readonly Process _process;
    private readonly TcpClient _talk;

    private Holder(Process process, TcpClient talk, int port) => (_process, _talk, Port) = (process, talk, port);

    public int ProcessId => _process.Id;
    public int Port { get; }

    public static async Task<Holder> StartAsync(string folder, int graceSeconds)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var assembly = typeof(Holder).Assembly.Location;
        var start = new ProcessStartInfo(Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? "exe" : null)!)
        {
            RedirectStandardError = true,
            Environment =
            {
                ["DOTNET_STARTUP_HOOKS"] = assembly,
                [FolderVariable] = folder,
                [PortVariable] = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture),
                [GraceVariable] = graceSeconds.ToString(CultureInfo.InvariantCulture),
            },
        };
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var accept = listener.AcceptTcpClientAsync(PrivateServer.Ct).AsTask();
        if (await Task.WhenAny(accept, errors) == errors) Assert.Fail(await errors);
        var talk = await accept;
        var port = await new StreamReader(talk.GetStream()).ReadLineAsync(PrivateServer.Ct);
        return new Holder(process, talk, int.Parse(port!, CultureInfo.InvariantCulture));
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(PrivateServer.Ct);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _talk.Dispose();
    }

    /// <summary>Runs in the other process, until this one's end.</summary>
    public static async Task HoldAsync()
    {
        var options = new EmbeddedPostgresOptions
        {
            DataFolder = Environment.GetEnvironmentVariable(FolderVariable)!,
            ForTests = true,
            OrphanGrace = TimeSpan.FromSeconds(Number(GraceVariable)),
        };
        await using var server = await Postgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        using var parent = new TcpClient();
        await parent.ConnectAsync(IPAddress.Loopback, Number(PortVariable), CancellationToken.None);
        await using var writer = new StreamWriter(parent.GetStream()) { AutoFlush = true };
        await writer.WriteLineAsync(server.Port.ToString(CultureInfo.InvariantCulture));
        using var reader = new StreamReader(parent.GetStream());
        await reader.ReadLineAsync(CancellationToken.None);
    }

    private static int Number(string variable) => int.Parse(Environment.GetEnvironmentVariable(variable)!, CultureInfo.InvariantCulture);
}

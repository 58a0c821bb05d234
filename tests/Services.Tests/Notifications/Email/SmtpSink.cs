using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>Postfix's own test receiver: a real SMTP server of another hand, which keeps one file for each message.</summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private static readonly string? Program = new[] { "/usr/sbin/smtp-sink", "/usr/bin/smtp-sink", "/usr/libexec/postfix/smtp-sink" }.FirstOrDefault(File.Exists);

    private readonly Process _process;
    private readonly string _directory;

    private SmtpSink(Process process, string directory, int port) => (_process, _directory, Port) = (process, directory, port);

    public int Port { get; }

    /// <summary>Starts one, or skips the test if postfix is not installed. Options are those of smtp-sink(1).</summary>
    public static async Task<SmtpSink> StartAsync(params string[] options)
    {
        Assert.SkipWhen(Program is null, "smtp-sink is not installed (Debian package postfix).");
        Assert.SkipWhen(OperatingSystem.IsWindows(), "smtp-sink does not exist for Windows.");
        var directory = Directory.CreateTempSubdirectory("tideline-sink-").FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        for (var attempt = 0; ; attempt++)
        {
            var port = FreePort();
            // It will not run as root, nor drop its rights by itself without postfix's own user.
            string[] sink = [Program!, "-c", .. options, "-d", $"{directory}/%M.", $"127.0.0.1:{port}", "100"];
            string[] command = Environment.UserName == "root"
                ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. sink]
                : sink;
            var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = directory };
            var process = Process.Start(start)!;
            // It counts aloud; unread, that would fill the pipe and stop it.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            if (await ListensAsync(process, port)) return new SmtpSink(process, directory, port);
            var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.True(attempt < 3, $"smtp-sink does not start: {error}");
        }
    }

    /// <summary>The messages as they were stored, with the sink's own X- headers before them.</summary>
    public IEnumerable<string> Messages => Directory.EnumerateFiles(_directory).Select(File.ReadAllText);

    public IEnumerable<byte[]> RawMessages => Directory.EnumerateFiles(_directory).Select(File.ReadAllBytes);

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static async Task<bool> ListensAsync(Process process, int port)
    {
        for (var tries = 0; tries < 200 && !process.HasExited; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
                return true;
            }
            catch (SocketException)
            {
                await Task.Yield();
                process.WaitForExit(10);
            }
        }
        return false;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

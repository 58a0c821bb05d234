using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MimeKit;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>Postfix's <c>smtp-sink</c>: a mail server that is not ours, which takes every message and keeps it as a file.</summary>
public sealed class SmtpSink : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private SmtpSink(Process process, DirectoryInfo folder, int port) => (_process, _folder, Port) = (process, folder, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Where the program is; null when it is not installed.</summary>
    public static string? Program { get; } = new[] { "/usr/sbin/smtp-sink", "/usr/libexec/postfix/smtp-sink", "/usr/local/sbin/smtp-sink" }.FirstOrDefault(File.Exists);

    /// <summary>Starts one; skips the test where postfix is not installed.</summary>
    public static async Task<SmtpSink> StartAsync()
    {
        Assert.SkipWhen(Program is null, "smtp-sink is not installed (Debian: apt-get install postfix).");
        var folder = Directory.CreateTempSubdirectory("tideline-sink-");
        var port = PlatformProcess.FreePorts(1)[0];
        var start = new ProcessStartInfo(Program!) { WorkingDirectory = folder.FullName, RedirectStandardError = true, RedirectStandardOutput = true };
        if (Environment.UserName == "root")
        {
            // It gives up root when told as whom to go on; the folder must be that user's.
            start.ArgumentList.Add("-u");
            start.ArgumentList.Add("nobody");
            File.SetUnixFileMode(folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
        }
        foreach (var argument in new[] { "-d", "m.", $"127.0.0.1:{port}", "1000" }) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        await Eventually.Get(async () =>
        {
            if (process.HasExited) throw new PlatformEndedException("smtp-sink: " + await process.StandardError.ReadToEndAsync());
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, open => open, "smtp-sink listens");
        return new SmtpSink(process, folder, port);
    }

    /// <summary>Messages that it has taken.</summary>
    public int Count => _folder.GetFiles().Count(f => f.Length > 0);

    /// <summary>All messages, read by a library that is not ours.</summary>
    public async Task<List<MimeMessage>> MessagesAsync()
    {
        var messages = new List<MimeMessage>();
        foreach (var file in _folder.GetFiles().Where(f => f.Length > 0)) messages.Add(await MimeMessage.LoadAsync(file.FullName));
        return messages;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}

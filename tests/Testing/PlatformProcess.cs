using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

namespace Tideline.Testing;

/// <summary>One <c>tideline serve</c> as users start it: a process of its own that can be killed.</summary>
public sealed class PlatformProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Dictionary<string, string?> _settings;
    private readonly string _target, _folder;
    private readonly string[] _options;
    private Process? _process;

    private PlatformProcess(string target, int port, string folder, Dictionary<string, string?> settings, string[] options)
    {
        (_target, _folder, _settings, _options) = (target, folder, settings, options);
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What it has written so far, the last lines.</summary>
    public string Output => string.Join('\n', _lines.TakeLast(30));

    /// <summary>Forgets what it has written so far.</summary>
    public void Forget() => _lines.Clear();

    /// <summary>A process that is not started yet.</summary>
    /// <param name="target">What it hosts.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="folder">Data folder.</param>
    /// <param name="settings">Configuration, given by the environment.</param>
    /// <param name="options">Further options of the command.</param>
    public static PlatformProcess Of(string target, int port, string folder, IReadOnlyDictionary<string, string?> settings, params string[] options) =>
        new(target, port, folder, new(settings), options);

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task StartAsync(TimeSpan? within = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "tideline.dll"), "serve", "--target", _target, "--urls", Address.ToString(), "--data", _folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var option in _options) start.ArgumentList.Add(option);
        foreach (var (name, value) in _settings) start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        try
        {
            await Eventually.Get(async () =>
            {
                if (_process.HasExited) throw new PlatformEndedException($"tideline serve --target {_target} ended with {_process.ExitCode}:\n{Output}");
                using var answer = await http.GetAsync("/health/ready");
                return answer.StatusCode;
            }, status => status == HttpStatusCode.OK, $"{_target} is ready", within ?? TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException e)
        {
            throw new PlatformEndedException(e.Message + "\n" + Output);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>A client without a token.</summary>
    public ApiClient Anonymous() => new(new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(3) }, null);

    /// <summary>A new workspace, and a client signed in as its owner.</summary>
    public async Task<ApiClient> NewTenantAsync(string country = "US")
    {
        var unique = Guid.NewGuid().ToString("n")[..12];
        using var anonymous = new HttpClient { BaseAddress = Address };
        using var response = await anonymous.PostAsJsonAsync("/api/identity/register", new
        {
            email = $"owner-{unique}@example.com",
            password = "correct horse battery " + unique,
            name = "Olivia Owner",
            tenantName = "Tenant " + unique,
            country,
        });
        return new ApiClient(new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(3) }, await ApiClient.ReadAsync(response));
    }

    /// <summary>Ports that nobody uses now.</summary>
    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        listeners.ForEach(l => l.Stop());
        return ports;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line.Length > 500 ? line[..500] : line);
        while (_lines.Count > 400) _lines.TryDequeue(out _);
    }
}

/// <summary>The process ended, or never answered; the message has its last lines.</summary>
public sealed class PlatformEndedException(string message) : Exception(message);

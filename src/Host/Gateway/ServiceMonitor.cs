using System.Net.Http.Json;
using Tideline.Host.Operations;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Host.Gateway;

/// <summary>Knows of every service whether it is up: those here from the supervisor, those elsewhere by asking their readiness each few seconds.</summary>
internal sealed class ServiceMonitor(Topology topology, ServiceDirectory directory, HealthReport local, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };
    private Dictionary<string, ServiceHealth> _remote = new(StringComparer.Ordinal);

    /// <summary>Every service of the catalogue.</summary>
    public IReadOnlyList<ServiceHealth> Services => [.. local.Services(), .. topology.Remote.Select(s =>
        _remote.GetValueOrDefault(s.Name) ?? new ServiceHealth(s.Name, "down", clock.GetUtcNow(), "not asked yet", [], []))];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            var found = await Task.WhenAll(topology.Remote.Select(s => AskAsync(s.Name, stoppingToken)));
            _remote = found.ToDictionary(f => f.Name, StringComparer.Ordinal);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<ServiceHealth> AskAsync(string service, CancellationToken ct)
    {
        var addresses = directory.Remote.GetValueOrDefault(service) ?? [];
        var answers = await Task.WhenAll(addresses.Select(a => AskOneAsync(service, a, ct)));
        var up = answers.Count(a => a?.Status == "up");
        var status = up > 0 && up == answers.Length ? "up" : answers.Any(a => a is not null) ? "degraded" : "down";
        var detail = addresses.Length == 0 ? $"no address: set Services:{service}:Url" : answers.FirstOrDefault(a => a?.Detail is not null)?.Detail
            ?? (status == "down" ? "does not answer" : null);
        var before = _remote.GetValueOrDefault(service);
        return new ServiceHealth(service, status, before?.Status == status ? before.Since : clock.GetUtcNow(), detail,
            [.. addresses.Select(a => a.ToString())], answers.FirstOrDefault(a => a is not null)?.Loops ?? []);
    }

    private async Task<ServiceHealth?> AskOneAsync(string service, Uri address, CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(address, "/health/ready"), ct);
            var report = await response.Content.ReadFromJsonAsync<ReadyAnswer>(ct);
            return report?.Services.FirstOrDefault(s => s.Name == service);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or global::System.Text.Json.JsonException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }
}

internal static class ServiceHealthEndpoints
{
    /// <summary>The state of every service, for load balancers, monitors and people.</summary>
    public static void MapServiceHealth(this WebApplication app) =>
        app.MapGet("/health/services", (ServiceMonitor monitor) =>
        {
            var services = monitor.Services;
            var status = services.All(s => s.Status == "up") ? "up" : services.Any(s => s.Status == "up") ? "degraded" : "down";
            return TypedResults.Ok(new ServicesAnswer(status, services));
        }).AllowsAnyone("Monitors ask without signing in; it names services, no data.").ExcludeFromDescription();

    private sealed record ServicesAnswer(string Status, IReadOnlyList<ServiceHealth> Services);
}

using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Host.Operations;

/// <summary>State of one service: <c>up</c>, <c>degraded</c> or <c>down</c>.</summary>
internal sealed record ServiceHealth(
    string Name, string Status, DateTimeOffset Since, string? Detail, IReadOnlyList<string> Instances, IReadOnlyList<LoopStatus> Loops);

internal sealed record ReadyAnswer(string Status, IReadOnlyList<ServiceHealth> Services);

/// <summary>Health of the services in this process: their loops' and nobody else's, so that one shared trouble does not take every process out at once.</summary>
internal sealed class HealthReport(IEnumerable<ServiceRegistration> services, Supervisor supervisor, TimeProvider clock)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    public IReadOnlyList<ServiceHealth> Services()
    {
        var loops = supervisor.Loops.ToLookup(l => l.Service);
        return [.. services.Select(service =>
        {
            var bad = loops[service.Name].FirstOrDefault(l => l.Status is "failed" or "stuck");
            return new ServiceHealth(service.Name, bad is null ? "up" : "degraded", bad?.Since ?? _started,
                bad is null ? null : $"{bad.Name} {bad.Status}: {bad.LastError}", [Environment.MachineName], [.. loops[service.Name]]);
        })];
    }
}

internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        var stopping = app.Lifetime.ApplicationStopping;
        app.MapGet("/health/live", () => TypedResults.Ok(new LiveAnswer("up"))).AllowsAnyone("Probes do not sign in.").ExcludeFromDescription();
        app.MapGet("/health/ready", (HealthReport report) =>
        {
            var services = report.Services();
            return stopping.IsCancellationRequested
                ? Results.Json(new ReadyAnswer("stopping", services), statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Ok(new ReadyAnswer("up", services));
        }).AllowsAnyone("Probes do not sign in.").ExcludeFromDescription();
    }

    private sealed record LiveAnswer(string Status);
}

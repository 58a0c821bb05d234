using Tideline.Contracts;
using Tideline.Contracts.Gateway;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Limits;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;

namespace Tideline.Host.Gateway;

/// <summary>
/// Tells the bus who was turned away. An attack must not become a flood of events: what is alike within five seconds is one event, and there
/// are never more than a few hundred.
/// </summary>
internal sealed class AccessDenials(EventPublisher publisher, TimeProvider clock, ILogger<AccessDenials> log) : IServiceLoop
{
    private const int MostKinds = 200;
    private const int MostWaiting = 10 * MostKinds;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly List<(AccessDenied Event, Guid? TenantId, string? Traceparent)> _waiting = [];
    private Dictionary<Kind, Seen> _seen = [];
    private int _others;

    /// <summary>A request was turned away.</summary>
    public void Record(HttpContext context, Caller caller)
    {
        var (method, route) = context.NamedRoute();
        var address = context.Connection.RemoteIpAddress is { } ip ? ClientAddress.OfNetwork(ip) : "unknown";
        var kind = new Kind(context.Response.StatusCode, method, route, caller.TenantIdOrNull, caller.UserId, caller.ApiKeyId, address);
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            if (_seen.TryGetValue(kind, out var seen)) (seen.Count, seen.LastAt) = (seen.Count + 1, now);
            else if (_seen.Count < MostKinds) _seen[kind] = new Seen { Count = 1, FirstAt = now, LastAt = now, Traceparent = global::System.Diagnostics.Activity.Current?.Id };
            else _others++;
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            await Task.Delay(Window, clock, ct);
            await PublishAsync(ct);
        }
    }

    /// <summary>Publishes what was seen since the last time.</summary>
    internal async Task PublishAsync(CancellationToken ct)
    {
        Collect();
        if (_waiting.Count == 0) return;
        try
        {
            await publisher.PublishAsync("gateway", _waiting.Select(w => ((IEvent)w.Event, w.TenantId, w.Traceparent)), ct);
            _waiting.Clear();
        }
#pragma warning disable CA1031 // Whatever the transport throws: the audit trail waits, the door does not.
        catch (Exception e) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.LogWarning(e, "{Count} refusals wait to be published", _waiting.Count);
        }
    }

    private void Collect()
    {
        Dictionary<Kind, Seen> seen;
        int others;
        lock (_lock)
        {
            if (_seen.Count == 0) return;
            (seen, others) = (_seen, _others);
            (_seen, _others) = ([], 0);
        }
        foreach (var (kind, what) in seen)
        {
            _waiting.Add((new AccessDenied
            {
                Status = kind.Status,
                Method = kind.Method,
                Route = kind.Route,
                UserId = kind.UserId,
                ApiKeyId = kind.ApiKeyId,
                Address = kind.Address,
                Count = what.Count,
                FirstAt = what.FirstAt,
                LastAt = what.LastAt,
                Others = others,
            }, kind.TenantId, what.Traceparent));
            others = 0; // said once
        }
        if (_waiting.Count > MostWaiting) _waiting.RemoveRange(0, _waiting.Count - MostWaiting);
    }

    private sealed record Kind(int Status, string Method, string Route, Guid? TenantId, Guid? UserId, Guid? ApiKeyId, string Address);

    private sealed class Seen
    {
        public required int Count { get; set; }
        public required DateTimeOffset FirstAt { get; init; }
        public required DateTimeOffset LastAt { get; set; }
        public required string? Traceparent { get; init; }
    }
}

/// <summary>What the gateway does without being asked.</summary>
internal sealed class GatewayLoops(SharedLimits limits, AccessDenials denials) : ILoopSource
{
    public IEnumerable<(string Service, string Name, IServiceLoop Loop)> Loops() => [("gateway", "limits", limits), ("gateway", "denials", denials)];
}

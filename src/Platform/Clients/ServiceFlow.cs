namespace Tideline.Platform.Clients;

/// <summary>
/// Which service is at work on this asynchronous flow, and for which tenant: set where work begins (request, event, job, loop), read where
/// it calls another service, so that a service token in one process names its true caller too.
/// </summary>
public sealed record ServiceFlow(string Service, Guid? TenantId)
{
    private static readonly AsyncLocal<ServiceFlow?> Flow = new();

    /// <summary>The flow, or null outside any service.</summary>
    public static ServiceFlow? Current => Flow.Value;

    /// <summary>From here on this flow works for the service. Ends with the asynchronous method that calls it.</summary>
    public static void Enter(string service, Guid? tenantId) => Flow.Value = new ServiceFlow(service, tenantId);
}

using System.Diagnostics;
using System.Net.Http.Headers;

namespace Tideline.Platform.Clients;

/// <summary>Adds to each call between services what the callee needs to trust it: service token, tenant, deadline, trace.</summary>
internal sealed class ServiceCallHandler(ServiceTokens tokens) : DelegatingHandler
{
    public const string TenantHeader = "Tideline-Tenant";
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var flow = ServiceFlow.Current
            ?? throw new InvalidOperationException($"{request.Method} {request.RequestUri} is called outside of any service's flow.");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(flow.Service, ct));
        if (flow.TenantId is { } tenant) request.Headers.TryAddWithoutValidation(TenantHeader, tenant.ToString());
        if (Activity.Current?.Id is { } trace && !request.Headers.Contains("traceparent")) request.Headers.TryAddWithoutValidation("traceparent", trace);

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Deadline);
        try
        {
            return await base.SendAsync(request, deadline.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.RequestUri?.Host} did not answer within {Deadline.TotalSeconds:0} s.");
        }
    }
}

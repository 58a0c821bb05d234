using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Security;

namespace Tideline.Platform.Telemetry.Traces;

/// <summary>
/// One line for each request from a socket. It names the route and not the path, so that neither tokens in links nor query strings nor
/// bodies can get into it.
/// </summary>
internal sealed class AccessLog(RequestDelegate next, ILoggerFactory loggers)
{
    /// <summary>Category of the lines; <c>Logging:LogLevel:Tideline.Access</c> turns them off.</summary>
    public const string Category = "Tideline.Access";

    private static readonly EventId Request = new(1, "request");

    private readonly ILogger _log = loggers.CreateLogger(Category);

    public async Task InvokeAsync(HttpContext context)
    {
        if (!_log.IsEnabled(LogLevel.Information) || RequestRoute.IsOperational(context))
        {
            await next(context);
            return;
        }
        var started = Stopwatch.GetTimestamp();
        var body = new CountingBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
            Write(context, started, body.Bytes, context.Response.StatusCode);
        }
        catch (Exception) when (WriteFailed(context, started, body.Bytes))
        {
            throw;
        }
    }

    private bool WriteFailed(HttpContext context, long started, long bytes)
    {
        Write(context, started, bytes, context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status500InternalServerError);
        return false;
    }

    private void Write(HttpContext context, long started, long bytes, int status)
    {
        var milliseconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 2);
        var caller = context.RequestServices.GetService<Caller>();
        var address = context.Connection.RemoteIpAddress;
        var entry = new AccessEntry(RequestRoute.MethodOf(context), RequestRoute.TemplateOf(context) ?? "(none)", status, milliseconds)
            .With("bytes", bytes)
            .With("service", RequestRoute.EndpointOf(context)?.Metadata.GetMetadata<ServiceName>()?.Name)
            .With("tenant", caller?.TenantIdOrNull)
            .With("user", caller?.UserId)
            .With("key", caller?.ApiKeyId)
            .With("caller", caller?.Service)
            .With("ip", (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString())
            .With("aborted", context.RequestAborted.IsCancellationRequested ? true : null);
        _log.Log(LogLevel.Information, Request, entry, null, static (e, _) => e.ToString());
    }
}

using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Tideline.Platform.Telemetry.Logs;
using Tideline.Platform.Telemetry.Metrics;
using Tideline.Platform.Telemetry.Traces;

namespace Tideline.Platform.Telemetry;

/// <summary>Puts logs, metrics and traces into a host.</summary>
public static class TelemetryExtensions
{
    private const int QueuedLines = 10_000;

    /// <summary>
    /// Metrics for <c>/metrics</c>, the ring of recent traces and, when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is configured, export of traces,
    /// metrics and logs. Call it before other hosted services are added, so that it listens first and flushes last.
    /// </summary>
    /// <param name="services">The container of the process.</param>
    /// <param name="configuration">Holds the section <c>Telemetry</c> and OpenTelemetry's own keys.</param>
    /// <param name="serviceName">Name of this process to the outside, such as <c>tideline-leads</c>.</param>
    /// <param name="version">Version of the binary.</param>
    public static IServiceCollection AddTidelineTelemetry(this IServiceCollection services, IConfiguration configuration, string serviceName, string version)
    {
        services.AddMetrics();
        services.AddOptions<TelemetryOptions>().Bind(configuration.GetSection("Telemetry")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TelemetryOptions>>().Value);
        services.AddSingleton(new ProcessVersion(version));
        services.AddSingleton(provider => new PrometheusExporter(
            provider.GetRequiredService<TelemetryOptions>().SeriesPerMetric,
            provider.GetRequiredService<IMeterFactory>(),
            provider.GetRequiredService<ILogger<PrometheusExporter>>()));
        services.AddSingleton(provider => new RecentTraces(provider.GetRequiredService<TelemetryOptions>().RecentSpans));
        services.AddHostedService<TelemetryLifetime>();
        new OtlpExport(configuration, serviceName, version).AddTo(services);
        return services;
    }

    /// <summary>One console, as JSON or as text for people, without secrets; in place of whatever providers there were.</summary>
    public static ILoggingBuilder AddTidelineLogging(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLogFormatter, ConsoleFormatterOptions>();
        var formatter = LogFormat.FormatterFor(configuration, isTerminal: !Console.IsOutputRedirected);
        return logging.AddConsole(console =>
        {
            console.FormatterName = formatter;
            // A reader of the log that stalls must not stall the platform; how many lines were dropped is said in the log.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            console.MaxQueueLength = QueuedLines;
        });
    }

    /// <summary>One line for each request from a socket. Goes first into the pipeline, before calls inside the process join it.</summary>
    public static IApplicationBuilder UseAccessLog(this IApplicationBuilder app) =>
        app.ApplicationServices.GetRequiredService<TelemetryOptions>().AccessLog ? app.UseMiddleware<AccessLog>() : app;

    /// <summary>
    /// Describes the server's spans and returns <c>traceparent</c>. Goes before the exception handler, at a place that calls inside the
    /// process pass too.
    /// </summary>
    public static IApplicationBuilder UseRequestTelemetry(this IApplicationBuilder app) => app.UseMiddleware<RequestTelemetry>();

    /// <summary>Maps <c>/metrics</c>.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder app) => MetricsEndpoint.Map(app);
}

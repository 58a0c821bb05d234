using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Tideline.Platform.Telemetry.Logs;

namespace Tideline.Platform.Telemetry;

/// <summary>
/// Spans, metrics and logs over OTLP, each when an endpoint is configured for it by OpenTelemetry's own keys, in the environment or in the
/// configuration of the process.
/// </summary>
internal sealed class OtlpExport(IConfiguration configuration, string service, string version)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public void AddTo(IServiceCollection services)
    {
        if (configuration.GetValue("OTEL_SDK_DISABLED", false)) return;
        if (IsOn("TRACES")) services.AddSingleton(provider => Tracer(provider.GetRequiredService<TelemetryOptions>()));
        if (IsOn("METRICS")) services.AddSingleton(_ => Meter());
        if (IsOn("LOGS"))
            services.AddLogging(logging => logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.SetResourceBuilder(Describe(ResourceBuilder.CreateDefault()));
                options.AddProcessor(new LogExportRedaction());
                options.AddOtlpExporter(exporter => Choose(exporter, "LOGS"));
            }));
    }

    private TracerProvider Tracer(TelemetryOptions options)
    {
        var builder = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(resource => Describe(resource))
            .AddSource(TelemetrySources.Spans)
            .AddProcessor(new SpanExportRedaction())
            .AddOtlpExporter(exporter => Choose(exporter, "TRACES"));
        // The standard key, when there, decides alone.
        if (configuration["OTEL_TRACES_SAMPLER"] is null)
            builder.SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)));
        return builder.Build();
    }

    private MeterProvider Meter() => Sdk.CreateMeterProviderBuilder()
        .ConfigureServices(services => services.AddSingleton(configuration))
        .ConfigureResource(resource => Describe(resource))
        .AddMeter(TelemetrySources.Meters)
        .AddOtlpExporter(exporter => Choose(exporter, "METRICS"))
        .Build();

    private bool IsOn(string signal) =>
        configuration[Endpoint] is { Length: > 0 } || configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 };

    private ResourceBuilder Describe(ResourceBuilder resource) => resource
        .AddService(configuration["OTEL_SERVICE_NAME"] ?? service, "tideline", version)
        .AddEnvironmentVariableDetector();

    // OpenTelemetry's default for .NET is gRPC; HTTP passes every proxy and needs no HTTP/2.
    private void Choose(OtlpExporterOptions exporter, string signal)
    {
        if (configuration[$"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL"] is null && configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] is null)
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
    }
}

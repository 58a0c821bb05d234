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
        configuration[Endpoint] is { Length: > 0 } || For(signal, "ENDPOINT") is { Length: > 0 };

    private ResourceBuilder Describe(ResourceBuilder resource) => resource
        .AddService(configuration["OTEL_SERVICE_NAME"] ?? service, "tideline", version)
        .AddEnvironmentVariableDetector();

    // OpenTelemetry's default for .NET is gRPC; HTTP passes every proxy and needs no HTTP/2. The exporter reads the general keys itself, but
    // not those for one signal.
    private void Choose(OtlpExporterOptions exporter, string signal)
    {
        exporter.Protocol = (For(signal, "PROTOCOL") ?? configuration["OTEL_EXPORTER_OTLP_PROTOCOL"]) switch
        {
            null or "" or "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
#pragma warning disable CS0618 // Users may have a collector that speaks nothing else.
            "grpc" => OtlpExportProtocol.Grpc,
#pragma warning restore CS0618
            var other => throw new InvalidOperationException($"OTEL_EXPORTER_OTLP_PROTOCOL is '{other}'; it must be http/protobuf or grpc."),
        };
        exporter.Endpoint = EndpointFor(signal, exporter.Protocol);
        if (For(signal, "HEADERS") is { } headers) exporter.Headers = headers;
    }

    private Uri EndpointFor(string signal, OtlpExportProtocol protocol)
    {
        if (For(signal, "ENDPOINT") is { Length: > 0 } own) return Absolute(own);
        var general = configuration[Endpoint]!;
        return Absolute(protocol == OtlpExportProtocol.HttpProtobuf ? $"{general.TrimEnd('/')}/v1/{signal.ToLowerInvariant()}" : general);
    }

    private static Uri Absolute(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")
        ? uri
        : throw new InvalidOperationException($"'{url}' is no address of an OpenTelemetry collector; it must begin with http:// or https://.");

    private string? For(string signal, string key) => configuration[$"OTEL_EXPORTER_OTLP_{signal}_{key}"];
}

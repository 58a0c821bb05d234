using System.Reflection;
using Tideline.Platform.Telemetry;

namespace Tideline.Host.Operations;

internal static class TelemetrySetup
{
    public static void ConfigureTelemetry(this WebApplicationBuilder builder, Topology topology)
    {
        var version = typeof(TelemetrySetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        builder.Logging.AddTidelineLogging(builder.Configuration).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
        builder.Services.AddTidelineTelemetry(builder.Configuration, NameOf(topology), version);
    }

    /// <summary>What the process is called in traces: by its services, unless it holds them all.</summary>
    private static string NameOf(Topology topology) => topology switch
    {
        { Remote.Count: 0 } => "tideline",
        { Local.Count: 0 } => "tideline-gateway",
        _ => "tideline-" + string.Join('-', topology.Local.Select(s => s.Name)),
    };
}

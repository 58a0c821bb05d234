namespace Tideline.Host.Operations;

internal static class TelemetrySetup
{
    public static void ConfigureTelemetry(this WebApplicationBuilder builder, Topology topology)
    {
        _ = topology;
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning);
    }
}

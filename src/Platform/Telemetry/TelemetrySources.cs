namespace Tideline.Platform.Telemetry;

/// <summary>Whose measurements and spans leave the process.</summary>
internal static class TelemetrySources
{
    public const string Own = "Tideline.";
    public const string Server = "Microsoft.AspNetCore";
    public const string HttpClient = "System.Net.Http";

    public static readonly string[] Spans = [Server, HttpClient, "Npgsql", Own + "*"];

    public static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections",
        HttpClient, "System.Runtime", "Npgsql", Own + "*",
    ];

    private static readonly HashSet<string> FrameworkMeters = [.. Meters.Where(m => !m.EndsWith('*'))];

    public static bool IsMeterWanted(string name) => name.StartsWith(Own, StringComparison.Ordinal) || FrameworkMeters.Contains(name);
}

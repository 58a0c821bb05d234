using Tideline.Testing;

namespace Tideline.Services.Tests.Gateway;

/// <summary>A gateway with identity beside it, and fakes at the addresses of leads.</summary>
internal static class GatewayHost
{
    public static Task<TestPlatform> StartAsync(IEnumerable<Uri> leads, params (string Key, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["Services:leads:Url"] = string.Join(',', leads),
            ["Telemetry:AccessLog"] = "false",
            ["Logging:LogLevel:Default"] = "Error",
        };
        foreach (var (key, value) in settings) all[key] = value;
        return TestPlatform.StartAsync("gateway,identity", all);
    }
}

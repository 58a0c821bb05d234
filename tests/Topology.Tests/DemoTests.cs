using System.Text.RegularExpressions;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>What <c>./run</c> shows to whoever tries the product.</summary>
[Collection(nameof(Topologies))]
public sealed partial class DemoTests
{
    [Fact]
    public async Task The_demo_is_made_once_and_says_how_to_sign_in_after_a_kill_as_well()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Database:Admin"] = await TestCluster.AdminAsync(),
            ["Database:Prefix"] = TestCluster.NextPrefix(),
            ["Logging:LogLevel:Default"] = "Warning",
        };
        await using var platform = PlatformProcess.Of("all", PlatformProcess.FreePorts(1)[0], Directory.CreateTempSubdirectory("tideline-demo-").FullName, settings, "--demo");
        var first = await SignInAsync(platform);
        await platform.KillAsync();
        Assert.Equal(first, await SignInAsync(platform));
    }

    private static async Task<(string Password, string Leads, int Rules)> SignInAsync(PlatformProcess platform)
    {
        platform.Forget();
        await platform.StartAsync();
        var said = await Eventually.Get(() => Task.FromResult(platform.Output), o => Password().IsMatch(o) || o.Contains("not complete", StringComparison.Ordinal), "the demo is there", TimeSpan.FromMinutes(2));
        Assert.DoesNotContain("not complete", said, StringComparison.Ordinal);
        var password = Password().Match(said).Groups[1].Value;
        using var anonymous = platform.Anonymous();
        var session = await anonymous.PostAsync("/api/identity/sign-in", new { email = "demo@tideline.example", password });
        using var owner = new ApiClient(new HttpClient { BaseAddress = platform.Address }, session);
        var rules = await owner.GetAsync("/api/assignment/rules");
        return (password, (await owner.GetAsync("/api/leads/leads/count")).ToJsonString(), rules["data"]!.AsArray().Count);
    }

    [GeneratedRegex(@"password:\s+(\S+)")]
    private static partial Regex Password();
}

using System.Diagnostics;
using System.Text.Json;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>What a child process of a <see cref="Bed"/> runs.</summary>
public class BedChild
{
    [Fact(Explicit = true)]
    public async Task Run()
    {
        await using var cluster = new BusCluster(Environment.GetEnvironmentVariable(Bed.Admin), Environment.GetEnvironmentVariable(Bed.Prefix));
        var settings = JsonSerializer.Deserialize<Dictionary<string, string?>>(Environment.GetEnvironmentVariable(Bed.Settings)!);
        await cluster.StartAsync([new ShopService(), TransportConformance.BookOfTwo()], settings, script: s => s.OnSold = (e, _) =>
        {
            if (e.Article == "poison") Process.GetCurrentProcess().Kill();
            return Task.CompletedTask;
        });
        await Task.Delay(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }
}

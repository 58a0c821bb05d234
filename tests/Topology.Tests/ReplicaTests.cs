using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>Two copies of leads behind a gateway of its own; the rest in one more process.</summary>
public sealed class TwoReplicas : Shape
{
    private static readonly string[] Rest = ["identity", "brands", "customers", "assignment", "campaigns", "notifications", "worker", "scheduler"];

    /// <inheritdoc/>
    public override int Rows => 0;

    /// <inheritdoc/>
    protected override IEnumerable<(string Target, int Port, Dictionary<string, string?> Urls)> Layout()
    {
        var ports = PlatformProcess.FreePorts(4);
        var urls = Rest.ToDictionary(name => $"Services:{name}:Url", _ => (string?)$"http://127.0.0.1:{ports[1]}");
        urls["Services:leads:Url"] = $"http://127.0.0.1:{ports[2]},http://127.0.0.1:{ports[3]}";
        return [("gateway", ports[0], urls), (string.Join(',', Rest), ports[1], urls), ("leads", ports[2], urls), ("leads", ports[3], urls)];
    }
}

/// <summary>One copy of a service is killed under load.</summary>
[Collection(nameof(Topologies))]
public sealed class ReplicaTests(TwoReplicas shape) : IClassFixture<TwoReplicas>
{
    private const int Writers = 3, Readers = 13;

    [Fact]
    public async Task A_copy_that_is_killed_costs_next_to_nothing_and_nothing_is_done_twice()
    {
        using var owner = await shape.Gateway.NewTenantAsync();
        await Eventually.Get(() => owner.GetAsync("/api/leads/leads?limit=1"), _ => true, "leads answers");
        var mark = Guid.NewGuid().ToString("n")[..8];
        var first = await owner.PostAsync("/api/leads/leads", new { firstName = "First", email = $"first-{mark}@example.com" });
        var reads = "/api/leads/leads/" + first["id"];
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = shape.Gateway.Address, Timeout = TimeSpan.FromSeconds(20) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", owner.Session!["accessToken"]!.GetValue<string>());

        var answers = new ConcurrentQueue<(TimeSpan At, string Name, int Status)>();
        var watch = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, Writers + Readers).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = worker < Writers ? $"{mark}-{worker}-{i}" : "";
                // A note without an idempotency key: there is nothing by which the service could notice that it is the same one.
                using var content = name.Length > 0 ? new StringContent($$"""{"type":"note","text":"{{name}}"}""", Encoding.UTF8, "application/json") : null;
                int status;
                try
                {
                    using var response = content is null ? await http.GetAsync(reads) : await http.PostAsync(reads + "/activities", content);
                    status = (int)response.StatusCode;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
                {
                    status = 0;
                }
                answers.Enqueue((watch.Elapsed, name, status));
            }
        })).ToArray();
        await EnoughAsync(answers, 2_500, watch.Elapsed + TimeSpan.FromSeconds(3), watch);
        var killed = watch.Elapsed;
        await shape.Processes[3].KillAsync();
        await EnoughAsync(answers, 5_000, killed + TimeSpan.FromSeconds(4), watch);
        await stop.CancelAsync();
        await Task.WhenAll(load);

        var failed = answers.Where(a => a.Status is not (200 or 201)).ToList();
        var summary = $"{answers.Count} requests, {failed.Count} failed: {string.Join(", ", failed.Take(10).Select(f => $"{f.Status} {(f.At - killed).TotalMilliseconds:0} ms after the kill"))}";
        TestContext.Current.TestOutputHelper?.WriteLine(summary);
        Assert.True(answers.Count(a => a.At > killed) > 500, summary);
        Assert.True(failed.Count < 0.001 * answers.Count, summary);
        Assert.True(failed.All(f => f.At < killed + TimeSpan.FromSeconds(2)), summary);

        var made = await NotesAsync(owner, reads, mark);
        var acknowledged = answers.Where(a => a.Name.Length > 0 && a.Status is 200 or 201).Select(a => a.Name).ToHashSet();
        var twice = made.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.True(twice.Count == 0, $"done twice: {string.Join(", ", twice)}; {summary}");
        Assert.Empty(acknowledged.Where(n => n.Length > 0).Except(made));
        Assert.True(acknowledged.Count > 200, summary);
    }

    // A share of one in a thousand needs some thousands, however slow the machine is today.
    private static async Task EnoughAsync<T>(ConcurrentQueue<T> answers, int count, TimeSpan notBefore, Stopwatch watch)
    {
        while (watch.Elapsed < notBefore || (answers.Count < count && watch.Elapsed < notBefore + TimeSpan.FromSeconds(40)))
            await Task.Delay(100, TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> NotesAsync(ApiClient owner, string lead, string mark)
    {
        var names = new List<string>();
        for (string? next = ""; next is not null;)
        {
            var page = await owner.GetAsync($"{lead}/activities?limit=200{(next.Length > 0 ? "&cursor=" + Uri.EscapeDataString(next) : "")}");
            names.AddRange(page["data"]!.AsArray().Select(l => l!["summary"]!.GetValue<string>()).Where(n => n.StartsWith(mark + "-", StringComparison.Ordinal)));
            next = page["next"]?.GetValue<string>();
        }
        return names;
    }
}

using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Jobs;
using Tideline.Platform.Security;

namespace Tideline.Bench.Jobs;

/// <summary>A service whose jobs do nothing but count.</summary>
internal sealed class LaborService : IService
{
    public string Name => "bench";

    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddSingleton<Tally>();
        svc.AddDatabase<LaborDb>();
        svc.Runs<Send, RunSend>();
    }

    public void Map(ServiceRoutes routes)
    {
    }
}

internal sealed class LaborDb(DbContextOptions<LaborDb> options, Caller caller) : ServiceDb(options, caller);

/// <summary>170 bytes of JSON, as the peers' jobs have.</summary>
[Job("bench.send", Concurrency = 50)]
internal sealed record Send(string CampaignId, int LeadId, string Channel, string To, string Template, Dictionary<string, string> Vars, long Due) : IJob
{
    private static readonly Dictionary<string, string> Ada = new() { ["first"] = "Ada", ["company"] = "Acme" };

    public static Send Of(int i, long due = 0) => new("c_01HF3", i, "email", $"lead{i}@example.com", "welcome-v3", Ada, due);
}

internal sealed class RunSend(Tally tally) : IRunJob<Send>
{
    public Task RunAsync(Send job, JobRun run, CancellationToken ct)
    {
        tally.Ran(job);
        return Task.CompletedTask;
    }
}

/// <summary>What has run, and when.</summary>
internal sealed class Tally
{
    private int _count;
    private long _first, _last;
    private double[]? _latencies;

    public int Count => Volatile.Read(ref _count);

    public TimeSpan Took => Stopwatch.GetElapsedTime(_first, _last);

    public long First => _first;

    public void Restart(int latencies = 0) => (_count, _first, _latencies) = (0, 0, latencies == 0 ? null : new double[latencies]);

    public double[] Latencies() => [.. (_latencies ?? []).Take(Count).Order()];

    public void Ran(Send job)
    {
        var now = Stopwatch.GetTimestamp();
        Interlocked.CompareExchange(ref _first, now, 0);
        _last = now;
        var n = Interlocked.Increment(ref _count);
        if (_latencies is { } latencies && job.Due != 0 && n <= latencies.Length) latencies[n - 1] = Stopwatch.GetElapsedTime(job.Due, now).TotalMilliseconds;
    }
}

using System.Diagnostics;
using Tideline.Services.Tests.Worker;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Jobs;

/// <summary>Real processes that run jobs and are really killed, or put to sleep for longer than their leases.</summary>
public class KilledRunnerTests
{
    private const string Admin = "TIDELINE_TEST_ADMIN", Prefix = "TIDELINE_TEST_PREFIX";
    private const int Stop = 19, Continue = 18;

    private static Dictionary<string, string?> Settings => JobCluster.Quick(("Services:worker:Lease", "00:00:01"), ("Services:worker:RetryFrom", "00:00:00.010"));

    /// <summary>What a child process runs: queue and handlers, until it is killed.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        await using var cluster = new JobCluster(Environment.GetEnvironmentVariable(Admin), Environment.GetEnvironmentVariable(Prefix));
        JobHost? host = null;
        host = await cluster.StartAsync(settings: Settings, script: s => s.OnRun = async (job, run, ct) =>
        {
            if (job is Dig { What: "dynamite" }) Process.GetCurrentProcess().Kill();
            await Task.Delay(20, ct);
            await host!.ExecuteAsync("labor", $"insert into effect (job, attempt) values ('{run.Id}', {run.Attempt})");
        });
        await Task.Delay(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Whatever_is_killed_or_stalls_every_job_ends_once()
    {
        const int jobs = 400;
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: Settings);
        await host.ExecuteAsync("labor", "create table effect (job uuid not null, attempt int not null)");
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, jobs).Select(i => new Dig("hole " + i)));
        // Attempts are not what is tried here: enough of them for any number of kills.
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from job"), n => n == jobs, "the jobs");
        await host.ExecuteAsync("worker", "update job set max_attempts = 50");

        var children = new List<Process> { await StartAsync(cluster), await StartAsync(cluster) };
        try
        {
            for (var round = 0; round < 4; round++)
            {
                var before = await DoneAsync(host);
                await Eventually.Get(() => DoneAsync(host), n => n >= Math.Min(jobs, before + 30), "some work", TimeSpan.FromSeconds(60));
                var victim = children[0];
                children.RemoveAt(0);
                if (round % 2 == 0)
                {
                    victim.Kill();
                    await victim.WaitForExitAsync();
                    victim.Dispose();
                    children.Add(await StartAsync(cluster));
                }
                else
                {
                    // Asleep for three leases, with runs in its hands; then it goes on as if nothing had been.
                    Signal(victim, Stop);
                    await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from job_log where text like '%no sign of life%'"), n => n > 0, "a rescue", TimeSpan.FromSeconds(60));
                    Signal(victim, Continue);
                    children.Add(victim);
                }
            }
            await Eventually.Get(() => DoneAsync(host), n => n == jobs, "all done", TimeSpan.FromSeconds(90));
        }
        finally
        {
            foreach (var child in children)
            {
                child.Kill();
                child.Dispose();
            }
        }
        // A kill under load that repeats nothing has missed.
        Assert.True(await host.ScalarAsync<long>("worker", "select sum(attempt) from job_now") > jobs);
        // The result that was taken is that of the run which held the lease last: its effect is there.
        var effects = (await host.QueryAsync("labor", "select job, attempt from effect", r => (r.GetGuid(0), r.GetInt32(1)))).ToHashSet();
        var ends = await host.QueryAsync("worker", "select id, attempt from job_now where state = 'completed'", r => (r.GetGuid(0), r.GetInt32(1)));
        Assert.Equal(jobs, ends.Count);
        Assert.All(ends, end => Assert.Contains(end, effects));
        // What has ended is nowhere else: not in a lease that would bring it back, and not ready to run again.
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from lease"), n => n == 0, "no leases left");
        Assert.Equal(0, await host.ScalarAsync<long>("worker", "select count(*) from ready"));
    }

    [Fact]
    public async Task A_job_that_kills_every_process_is_dead_after_its_attempts_and_the_others_are_done()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: Settings);
        await host.ExecuteAsync("labor", "create table effect (job uuid not null, attempt int not null)");
        var poison = await host.EnqueueAsync(new Dig("dynamite"));
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 20).Select(i => new Dig("hole " + i)));
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from job"), n => n == 21, "the jobs");
        // Neighbours of the poison in the same process lose an attempt with it.
        await host.ExecuteAsync("worker", $"update job set max_attempts = 50 where id <> '{poison}'");
        var deaths = 0;
        for (var over = false; !over;)
        {
            using var child = await StartAsync(cluster);
            var dead = child.WaitForExitAsync();
            var buried = host.InStateAsync(poison, "dead", TimeSpan.FromSeconds(60));
            if (await Task.WhenAny(dead, buried) == dead) deaths++;
            over = deaths == 3 || buried.IsCompletedSuccessfully;
            if (!child.HasExited) child.Kill();
        }
        Assert.Equal(3, (await host.InStateAsync(poison, "dead")).Attempt);
        Assert.Equal(3, deaths);
        using var last = await StartAsync(cluster);
        await Eventually.Get(() => DoneAsync(host), n => n == 20, "the others", TimeSpan.FromSeconds(60));
        last.Kill();
    }

    private static Task<long> DoneAsync(JobHost host) => host.ScalarAsync<long>("worker", "select count(*) from done");

    private static void Signal(Process process, int signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static async Task<Process> StartAsync(JobCluster cluster)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["--explicit", "only", "--filter-method", $"*{nameof(KilledRunnerTests)}.{nameof(Child)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Admin] = await TestCluster.AdminAsync();
        start.Environment[Prefix] = cluster.Prefix;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}

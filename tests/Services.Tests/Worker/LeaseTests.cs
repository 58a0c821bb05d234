using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Worker;
using Tideline.Platform.Jobs;
using Tideline.Testing;
using Tideline.Worker;
using Tideline.Worker.Claims;

namespace Tideline.Services.Tests.Worker;

/// <summary>Runners that die, stall or stop: nothing is lost, and nobody's late result is taken.</summary>
public sealed class LeaseTests
{
    private static readonly ClaimType[] Digs = [new("labor.dig", 10)];

    [Fact]
    public async Task A_job_of_a_runner_that_died_is_run_by_another()
    {
        await using var cluster = new JobCluster();
        var queue = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:01")));
        var id = await queue.EnqueueAsync(new Dig("well"));
        var dead = await ZombieAsync(queue);
        Assert.Equal(id, (await ClaimAsync(queue, dead, 1)).Single().Id);

        var alive = await cluster.StartAsync(settings: JobCluster.Quick(("Services:worker:Lease", "00:00:01")));
        var row = await alive.InStateAsync(id, "completed");
        Assert.Equal((2, 0), (row.Attempt, row.Uncounted));
        Assert.Equal(2, Assert.Single(alive.Script.Runs).Attempt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the control: without fencing, the late result is taken for the run of somebody else
    public async Task A_late_result_is_refused(bool withoutFencing)
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(
            runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:00.500")),
            configure: services => services.Configure<WorkerOptions>(o => o.WithoutFencing = withoutFencing));
        var id = await host.EnqueueAsync(new Dig("well"));
        var stalled = await ZombieAsync(host);
        var first = (await ClaimAsync(host, stalled, 1)).Single();
        await host.InStateAsync(id, "ready");
        var other = await ZombieAsync(host);
        var second = (await ClaimAsync(host, other, 1)).Single();
        Assert.Equal((1, 2), (first.Attempt, second.Attempt));

        var refused = await EndAsync(host, stalled, first, RunOutcome.Completed);
        Assert.Equal(withoutFencing ? [] : [id], refused);
        if (withoutFencing) return;
        Assert.NotEqual("completed", (await host.FindAsync(id))!.State);
    }

    [Fact]
    public async Task The_same_runner_cannot_use_an_old_attempt_either()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:30")));
        var id = await host.EnqueueAsync(new Dig("well"));
        var runner = await ZombieAsync(host);
        var first = (await ClaimAsync(host, runner, 1)).Single();
        Assert.Empty(await EndAsync(host, runner, first, RunOutcome.Snoozed));
        await host.InStateAsync(id, "ready");
        var second = (await ClaimAsync(host, runner, 1)).Single();
        // The first result arrives once more, as it does when its answer was lost.
        Assert.Equal([id], await EndAsync(host, runner, first, RunOutcome.Snoozed));
        Assert.Equal("running", (await host.FindAsync(id))!.State);
        Assert.Empty(await EndAsync(host, runner, second, RunOutcome.Completed));
    }

    [Fact]
    public async Task A_job_that_kills_its_process_is_dead_after_all_its_attempts()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:00.500")));
        var id = await host.EnqueueAsync(new Dig("dynamite"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            Assert.Equal(attempt, (await ClaimAsync(host, await ZombieAsync(host), 1)).Single().Attempt);
            await host.InStateAsync(id, attempt < 3 ? "ready" : "dead");
        }
        Assert.Equal(3, await host.ScalarAsync<long>("worker", "select count(*) from job_log"));
    }

    [Fact]
    public async Task The_attempt_is_durable_before_the_work_begins()
    {
        await using var cluster = new JobCluster();
        Row? during = null;
        JobHost? host = null;
        host = await cluster.StartAsync(script: s => s.OnRun = async (_, run, _) => during = await host!.FindAsync(run.Id));
        await host.InStateAsync(await host.EnqueueAsync(new Dig("well")), "completed");
        Assert.Equal(("running", 1), (during!.State, during.Attempt));
    }

    [Fact]
    public async Task A_job_much_longer_than_its_lease_runs_once()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(
            script: s => s.OnRun = (_, _, ct) => Task.Delay(TimeSpan.FromSeconds(3), ct), settings: JobCluster.Quick(("Services:worker:Lease", "00:00:01")));
        var row = await host.InStateAsync(await host.EnqueueAsync(new Dig("well")), "completed");
        Assert.Equal(1, row.Attempt);
        Assert.Single(host.Script.Runs);
    }

    [Fact]
    public async Task A_run_that_has_lost_its_lease_is_stopped_and_its_result_dropped()
    {
        await using var cluster = new JobCluster();
        var stopped = new TaskCompletionSource();
        var host = await cluster.StartAsync(script: s => s.OnRun = async (_, run, ct) =>
        {
            if (run.Attempt > 1) return;
            var until = new TaskCompletionSource();
            await using var registration = ct.Register(() => until.TrySetResult());
            await until.Task;
            stopped.TrySetResult(); // and then pretends to have succeeded
        });
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "running");
        // As if this process had been asleep and the job were taken from it.
        await host.ExecuteAsync("worker", $"""
            with lost as (delete from lease where '{id}' = any (ids) returning tenant_id, ids, attempts)
            insert into ready (tenant_id, id, type, queue, priority, run_at, attempt)
            select j.tenant_id, j.id, j.type, j.queue, j.priority, j.run_at, lost.attempts[1] from lost join job j on j.id = lost.ids[1]
            """);
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var row = await host.InStateAsync(id, "completed");
        Assert.Equal(2, row.Attempt);
    }

    [Fact]
    public async Task A_stopping_process_gives_back_what_does_not_end_in_time()
    {
        await using var cluster = new JobCluster();
        // A lease so long that only the giving back can explain what follows.
        var settings = JobCluster.Quick(("Services:worker:Lease", "00:10:00"), ("Jobs:StopGrace", "00:00:00.300"));
        var began = new SemaphoreSlim(0);
        var stopping = await cluster.StartAsync(settings: settings, script: s => s.OnRun = async (job, _, ct) =>
        {
            began.Release();
            await Task.Delay(job is Dig { What: "quick" } ? TimeSpan.FromMilliseconds(100) : Timeout.InfiniteTimeSpan, ct);
        });
        Guid quick = await stopping.EnqueueAsync(new Dig("quick")), endless = await stopping.EnqueueAsync(new Dig("endless"));
        Assert.True(await began.WaitAsync(TimeSpan.FromSeconds(20)) && await began.WaitAsync(TimeSpan.FromSeconds(20)));
        await stopping.App.StopAsync();
        Assert.Equal("completed", (await stopping.FindAsync(quick))!.State);
        Assert.Equal(("ready", 1, 1), (await stopping.FindAsync(endless)) is { } row ? (row.State, row.Attempt, row.Uncounted) : default);
        Assert.Equal(0, await stopping.ScalarAsync<long>("worker", "select count(*) from worker"));
    }

    [Fact]
    public async Task A_runner_that_has_left_gets_no_jobs()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        var id = await host.EnqueueAsync(new Dig("well"));
        var runner = await ZombieAsync(host);
        await Eventually.Get(() => host.FindAsync(id), row => row is not null, "the job");
        await host.Services.GetRequiredService<LeaveQueue>().LeaveAsync(runner, CancellationToken.None);
        Assert.Empty(await host.Services.GetRequiredService<ClaimJobs>().TakeAsync(runner, Digs, CancellationToken.None));
    }

    /// <summary>A runner that registers and is never heard of again.</summary>
    internal static async Task<Guid> ZombieAsync(JobHost host)
    {
        var id = Guid.NewGuid();
        await host.Services.GetRequiredService<HeartbeatRuns>().BeatAsync(
            "labor", new HeartbeatRequest { WorkerId = id, Host = "test", Types = ["labor.dig"], Jobs = [] }, CancellationToken.None);
        return id;
    }

    internal static Task<List<ClaimedJob>> ClaimAsync(JobHost host, Guid runner, int free, string type = "labor.dig") => Eventually.Get(
        () => host.Services.GetRequiredService<ClaimJobs>().TakeAsync(runner, [new ClaimType(type, free)], CancellationToken.None), jobs => jobs.Count > 0, "a job to claim");

    private static Task<IReadOnlyList<Guid>> EndAsync(JobHost host, Guid runner, ClaimedJob job, RunOutcome outcome) =>
        host.Services.GetRequiredService<EndRuns>().RecordAsync(runner, [new RunResult { TenantId = job.TenantId, Id = job.Id, Attempt = job.Attempt, Outcome = outcome, DelaySeconds = 0 }], CancellationToken.None);
}

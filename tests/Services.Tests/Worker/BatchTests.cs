using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Worker;
using Tideline.Platform.Jobs;
using Tideline.Testing;
using Tideline.Worker.Claims;

namespace Tideline.Services.Tests.Worker;

/// <summary>Many jobs in one lease, and more jobs in a runner's hands than it runs at once: nothing of what holds for one job is lost.</summary>
public sealed class BatchTests
{
    private const string Held = "select coalesce(sum(cardinality(ids)), 0) from lease";

    [Fact]
    public async Task A_lost_lease_brings_all_its_jobs_back_and_its_results_change_nothing()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:00.500")));
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 40).Select(i => new Dig("hole " + i)));
        var (stalled, other) = (await LeaseTests.ZombieAsync(host), Guid.Empty);
        var first = await ClaimAllAsync(host, stalled, 40);
        Assert.All(first, job => Assert.Equal(1, job.Attempt));

        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from ready where attempt = 1"), n => n == 40, "all back");
        Assert.Equal(0, await host.ScalarAsync<long>("worker", Held));
        // Now they are nobody's, and then another's: in both cases the late results are refused, all of them.
        Assert.Equal(40, (await EndAsync(host, stalled, first)).Count);
        other = await LeaseTests.ZombieAsync(host);
        var second = await ClaimAllAsync(host, other, 40);
        Assert.Equal(40, (await EndAsync(host, stalled, first)).Count);
        Assert.Equal(0, await host.ScalarAsync<long>("worker", "select count(*) from done"));
        // The control: those of the runner that holds them are taken, and taken once.
        Assert.Empty(await EndAsync(host, other, second));
        Assert.Equal(40, (await EndAsync(host, other, second)).Count);
        Assert.Equal(40, await host.ScalarAsync<long>("worker", "select count(*) from done where attempt = 2"));
        Assert.Equal(0, await host.ScalarAsync<long>("worker", Held));
    }

    [Fact]
    public async Task A_result_takes_its_job_out_of_the_lease_and_leaves_the_others_there()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:01")));
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 10).Select(i => new Dig("hole " + i)));
        var runner = await LeaseTests.ZombieAsync(host);
        var jobs = await ClaimAllAsync(host, runner, 10);
        Assert.Empty(await EndAsync(host, runner, jobs[..4]));
        Assert.Empty(await host.Services.GetRequiredService<EndRuns>().RecordAsync(
            runner, [.. jobs[4..6].Select(j => Result(j, RunOutcome.Failed) with { Error = "rock" })], CancellationToken.None));
        Assert.Equal(4, await host.ScalarAsync<long>("worker", Held));
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == 4, "the four that had not ended");
        Assert.Equal(
            [("completed", 4L), ("dead", 2L), ("ready", 4L)],
            await host.QueryAsync("worker", "select state, count(*) from job_now group by 1 order by 1", r => (r.GetString(0), r.GetInt64(1))));
    }

    [Fact]
    public async Task A_job_that_its_runner_does_not_tell_of_is_not_kept_alive_by_its_neighbours()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false, settings: JobCluster.Quick(("Services:worker:Lease", "00:00:01")));
        await host.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 3).Select(i => new Dig("hole " + i)));
        var runner = await LeaseTests.ZombieAsync(host);
        var jobs = await ClaimAllAsync(host, runner, 3);
        var forgotten = await Eventually.Get(async () =>
        {
            var answer = await BeatAsync(host, runner, jobs[1..]);
            Assert.Empty(answer.Lost);
            return await host.FindAsync(jobs[0].Id);
        }, row => row?.State == "ready", "the forgotten one");
        Assert.Equal(1, forgotten!.Attempt);
        foreach (var job in jobs[1..]) Assert.Equal("running", (await host.FindAsync(job.Id))!.State);
        Assert.Equal([jobs[0].Id], (await BeatAsync(host, runner, jobs)).Lost);
    }

    [Fact]
    public async Task Two_runners_share_a_queue_and_none_runs_a_job_of_the_other()
    {
        await using var cluster = new JobCluster();
        var first = await cluster.StartAsync(runsJobs: false);
        await first.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 2000).Select(i => new Dig("hole " + i)));
        await Eventually.Get(() => first.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == 2000, "the jobs");
        JobHost[] hosts = [await cluster.StartAsync(), await cluster.StartAsync()];
        await Eventually.Get(() => first.ScalarAsync<long>("worker", "select count(*) from done"), n => n == 2000, "all done", TimeSpan.FromSeconds(60));
        var runs = hosts.SelectMany(h => h.Script.Runs).Select(r => ((Dig)r.Job).What).ToList();
        Assert.Equal(2000, runs.Count);
        Assert.Equal(2000, runs.Distinct().Count());
    }

    [Fact]
    public async Task A_tenant_with_few_jobs_does_not_wait_for_the_many_that_are_claimed_ahead()
    {
        await using var cluster = new JobCluster();
        var queue = await cluster.StartAsync(runsJobs: false);
        var small = Guid.CreateVersion7();
        await queue.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 5000).Select(i => new Dig("big")));
        await queue.EnqueueManyAsync(small, Enumerable.Range(0, 20).Select(i => new Dig("small")));
        await Eventually.Get(() => queue.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == 5020, "the jobs");
        var host = await cluster.StartAsync(settings: JobCluster.Quick(("Jobs:Ahead", "00:00:05")));
        await Eventually.Get(() => Task.FromResult(host.Script.Runs.Count), n => n == 5020, "all runs", TimeSpan.FromSeconds(60));
        // First come, first served would put them at the very end.
        var last = host.Script.Runs.Select((run, at) => (run, at)).Last(r => r.run.Tenant == small).at;
        Assert.True(last < 1500, $"the last of the small tenant's ran as number {last}");
    }

    [Fact]
    public async Task What_is_claimed_ahead_of_slow_jobs_is_given_back_and_no_attempt_is_counted()
    {
        await using var cluster = new JobCluster();
        var (host, _) = await StuckBehindAsync(cluster);
        await Eventually.Get(() => host.ScalarAsync<long>("worker", Held), n => n == 1, "only the job that runs is held");
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == 199, "the others are free for anybody");
        Assert.Equal(0, await host.ScalarAsync<long>("worker", "select count(*) from job_now where state = 'ready' and attempt > uncounted"));
    }

    [Fact]
    public async Task A_stopping_process_gives_back_what_it_has_claimed_ahead()
    {
        await using var cluster = new JobCluster();
        var (host, held) = await StuckBehindAsync(cluster);
        Assert.True(held > 1, "nothing was claimed ahead: the test shows nothing");
        await host.App.StopAsync();
        Assert.Equal(0, await host.ScalarAsync<long>("worker", Held));
        Assert.Equal(200, await host.ScalarAsync<long>("worker", "select count(*) from ready"));
        Assert.Equal(0, await host.ScalarAsync<long>("worker", "select count(*) from job_now where state = 'ready' and attempt > uncounted"));
    }

    [Fact]
    public async Task Bulk_jobs_are_there_when_the_call_returns_and_run()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        IReadOnlyList<Guid> ids;
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Tideline.Platform.Security.Caller>().UseTenant(cluster.Tenant);
            Tideline.Platform.Clients.ServiceFlow.Enter("labor", cluster.Tenant);
            ids = await scope.ServiceProvider.GetRequiredService<BulkJobs>().EnqueueAsync(Enumerable.Range(0, 3000).Select(i => new Dig("hole " + i)), CancellationToken.None);
        }
        Assert.Equal(3000, await host.ScalarAsync<long>("worker", "select count(*) from job"));
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from done"), n => n == 3000, "all done", TimeSpan.FromSeconds(60));
        Assert.Equal(3000, ids.Distinct().Count());
        Assert.Equal(cluster.Tenant, host.Script.Runs.First().Tenant);
    }

    [Fact]
    public async Task Single_jobs_of_many_callers_share_a_commit_and_one_that_cannot_be_stored_fails_alone()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        var queue = host.Services.GetRequiredService<IJobQueue>();
        var answers = Enumerable.Range(0, 200).Select(i => queue.EnqueueAsync(
            "labor", new EnqueueRequest { Jobs = [New(cluster.Tenant, i == 100 ? "\0" : "{}", key: i is 7 or 8 ? "k" : null)] }, CancellationToken.None)).ToList();
        await Assert.ThrowsAnyAsync<Exception>(() => answers[100]);
        answers.RemoveAt(100);
        var leftOut = (await Task.WhenAll(answers)).SelectMany(a => a.LeftOut).ToList();
        Assert.Single(leftOut);
        Assert.Null(await host.FindAsync(leftOut[0]));
        Assert.Equal(198, await host.ScalarAsync<long>("worker", "select count(*) from ready"));
    }

    [Fact]
    public async Task Services_elsewhere_add_jobs_over_HTTP_and_users_do_not()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        using var http = new HttpClient { BaseAddress = new Uri(host.App.Urls.First()) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", host.Identity.Service("labor"));
        var job = New(cluster.Tenant, "{}");
        Assert.Empty((await new WorkerClient(http).EnqueueAsync(new EnqueueRequest { Jobs = [job] }, CancellationToken.None)).LeftOut);
        Assert.Equal("ready", (await host.FindAsync(job.Id))!.State);
        using var user = host.Client();
        using var refused = await user.SendAsync(HttpMethod.Post, "/internal/worker/enqueue", new { jobs = Array.Empty<object>() });
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
    }

    /// <summary>A runner that went through quick jobs, so that it claims ahead, and now stands before a slow one with the rest in its hands.</summary>
    private static async Task<(JobHost Host, long Held)> StuckBehindAsync(JobCluster cluster)
    {
        var queue = await cluster.StartAsync(runsJobs: false);
        await queue.EnqueueManyAsync(cluster.Tenant, Enumerable.Range(0, 300).Select(i => new Haul(i)));
        await Eventually.Get(() => queue.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == 300, "the jobs");
        var (ran, slow) = (0, new TaskCompletionSource());
        var settings = JobCluster.Quick(("Jobs:Ahead", "00:00:05"), ("Jobs:StopGrace", "00:00:00.100"), ("Services:worker:Lease", "00:10:00"));
        var host = await cluster.StartAsync(settings: settings, script: s => s.OnRun = async (_, _, ct) =>
        {
            if (Interlocked.Increment(ref ran) <= 100) return;
            slow.TrySetResult();
            await Task.Delay(Timeout.Infinite, ct);
        });
        await slow.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return (host, await host.ScalarAsync<long>("worker", Held));
    }

    private static async Task<List<ClaimedJob>> ClaimAllAsync(JobHost host, Guid runner, int count)
    {
        await Eventually.Get(() => host.ScalarAsync<long>("worker", "select count(*) from ready"), n => n == count, "the jobs");
        var jobs = await LeaseTests.ClaimAsync(host, runner, count);
        Assert.Equal(count, jobs.Count);
        Assert.Equal(1, await host.ScalarAsync<long>("worker", "select count(*) from lease"));
        return jobs;
    }

    private static Task<IReadOnlyList<Guid>> EndAsync(JobHost host, Guid runner, List<ClaimedJob> jobs) =>
        host.Services.GetRequiredService<EndRuns>().RecordAsync(runner, [.. jobs.Select(j => Result(j, RunOutcome.Completed))], CancellationToken.None);

    private static RunResult Result(ClaimedJob job, RunOutcome outcome) => new() { TenantId = job.TenantId, Id = job.Id, Attempt = job.Attempt, Outcome = outcome };

    private static Task<HeartbeatAnswer> BeatAsync(JobHost host, Guid runner, List<ClaimedJob> jobs) =>
        host.Services.GetRequiredService<HeartbeatRuns>().BeatAsync("labor", new HeartbeatRequest
        {
            WorkerId = runner,
            Host = "test",
            Types = ["labor.dig"],
            Jobs = [.. jobs.Select(j => new HeldJob { TenantId = j.TenantId, Id = j.Id, Attempt = j.Attempt })],
        }, CancellationToken.None);

    private static NewJob New(Guid tenant, string payload, string? key = null) => new()
    {
        TenantId = tenant,
        Id = Guid.CreateVersion7(),
        Type = "labor.dig",
        Queue = "default",
        MaxAttempts = 3,
        Payload = payload,
        UniqueKey = key,
    };
}

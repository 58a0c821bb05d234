using System.Diagnostics;
using Tideline.Platform.Jobs;

namespace Tideline.Services.Tests.Worker;

/// <summary>From a service's outbox to the end of the run.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task A_job_runs_for_its_tenant_and_is_completed()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        var id = await host.EnqueueAsync(new Dig("well"));
        var row = await host.InStateAsync(id, "completed");
        var seen = Assert.Single(host.Script.Runs);
        Assert.Equal(new Dig("well"), seen.Job);
        Assert.Equal(cluster.Tenant, seen.Tenant);
        Assert.Equal("labor", seen.Flow?.Service);
        Assert.Equal(cluster.Tenant, seen.Flow?.TenantId);
        Assert.Equal((1, 100.0), (row.Attempt, row.Progress));
    }

    [Fact]
    public async Task A_run_continues_the_trace_in_which_it_was_asked_for()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Tideline.Jobs",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        using var asked = new Activity("asked").SetIdFormat(ActivityIdFormat.W3C).Start();
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "completed");
        Assert.Equal(asked.TraceId.ToString(), Assert.Single(host.Script.Runs).Trace);
    }

    [Fact]
    public async Task A_failing_job_is_tried_again_and_ends_dead_with_its_error()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, _) => throw new InvalidOperationException("no shovel"));
        var id = await host.EnqueueAsync(new Dig("well"));
        var row = await host.InStateAsync(id, "dead");
        Assert.Equal([1, 2, 3], host.Script.Runs.Select(r => r.Attempt));
        Assert.Equal((3, "InvalidOperationException: no shovel"), (row.Attempt, row.Error));
        Assert.Equal(3, await host.ScalarAsync<long>("worker", "select count(*) from job_log"));
    }

    [Fact]
    public async Task A_job_that_can_never_succeed_is_dead_at_once()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, _) => throw new JobFailed("rock"));
        var id = await host.EnqueueAsync(new Dig("well"));
        Assert.Equal((1, "rock"), (await host.InStateAsync(id, "dead")) is var row ? (row.Attempt, row.Error) : default);
        Assert.Single(host.Script.Runs);
    }

    [Fact]
    public async Task A_snoozed_job_comes_back_without_an_attempt_counted()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, run, _) => run.Attempt <= 5 ? throw new JobSnoozed(TimeSpan.FromMilliseconds(10)) : Task.CompletedTask);
        var id = await host.EnqueueAsync(new Dig("well"));
        var row = await host.InStateAsync(id, "completed");
        Assert.Equal((6, 5, 3), (row.Attempt, row.Uncounted, row.MaxAttempts));
    }

    [Fact]
    public async Task A_run_that_takes_longer_than_its_type_allows_has_failed()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, ct) => Task.Delay(Timeout.Infinite, ct));
        var id = await host.EnqueueAsync(new Nap());
        var row = await host.InStateAsync(id, "dead");
        Assert.Equal((2, "Not done within 1 s."), (row.Attempt, row.Error));
    }
}

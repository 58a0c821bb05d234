using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Worker;
using Tideline.Platform.Jobs;
using Tideline.Testing;
using Tideline.Worker.Claims;

namespace Tideline.Services.Tests.Worker;

/// <summary>Which job runs when, and what people can do about it.</summary>
public sealed class QueueTests
{
    [Fact]
    public async Task A_unique_job_is_added_once_while_it_waits_or_runs_and_again_afterwards()
    {
        await using var cluster = new JobCluster();
        var gate = new SemaphoreSlim(0);
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, ct) => gate.WaitAsync(ct));
        var first = await host.EnqueueAsync(new Dig("one"), uniqueKey: "k");
        await host.InStateAsync(first, "running");
        var second = await host.EnqueueAsync(new Dig("two"), uniqueKey: "k");
        var other = await host.EnqueueAsync(new Dig("three"), uniqueKey: "l");
        var elsewhere = await host.EnqueueAsync(Guid.CreateVersion7(), new Dig("four"), uniqueKey: "k");
        await host.InStateAsync(other, "running");
        await host.InStateAsync(elsewhere, "running");
        Assert.Null(await host.FindAsync(second));
        gate.Release(3);
        await host.InStateAsync(first, "completed");
        var third = await host.EnqueueAsync(new Dig("five"), uniqueKey: "k");
        await host.InStateAsync(third, "running");
        gate.Release();
        await host.InStateAsync(third, "completed");
    }

    [Fact]
    public async Task Urgent_jobs_run_first_and_equal_ones_in_order()
    {
        await using var cluster = new JobCluster();
        var gate = new SemaphoreSlim(0);
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, ct) => gate.WaitAsync(ct));
        await host.InStateAsync(await host.EnqueueAsync(new Haul(0)), "running"); // takes the only slot
        // One after the other: jobs asked for at the same moment reach the queue in any order.
        await WaitingAsync(host, await host.EnqueueAsync(new Haul(5)));
        await WaitingAsync(host, await host.EnqueueAsync(new Haul(6)));
        await WaitingAsync(host, await host.EnqueueAsync(new Haul(9), priority: 9));
        await WaitingAsync(host, await host.EnqueueAsync(new Haul(1), priority: 0));
        gate.Release(5);
        await Eventually.Get(() => Task.FromResult(host.Script.Runs.Count), n => n == 5, "five runs");
        Assert.Equal([0, 1, 5, 6, 9], host.Script.Runs.Select(r => ((Haul)r.Job).Number));
    }

    [Fact]
    public async Task A_job_for_later_waits_for_its_time()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        var runAt = DateTimeOffset.UtcNow.AddSeconds(1.5);
        Guid later = await host.EnqueueAsync(new Dig("later"), runAt), never = await host.EnqueueAsync(new Dig("never"), DateTimeOffset.UtcNow.AddHours(1));
        await host.InStateAsync(later, "scheduled");
        await host.InStateAsync(later, "completed");
        var started = await host.ScalarAsync<DateTime>("worker", $"select started_at from job_now where id = '{later}'");
        Assert.InRange(started - runAt.UtcDateTime, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("scheduled", (await host.FindAsync(never))!.State);
    }

    [Fact]
    public async Task Ten_thousand_jobs_of_one_tenant_do_not_delay_ten_of_another()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        Guid big = Guid.CreateVersion7(), small = Guid.CreateVersion7();
        await FillAsync(host, big, 10_000);
        await FillAsync(host, small, 10);
        var runner = await LeaseTests.ZombieAsync(host);
        var claimed = new List<ClaimedJob>();
        for (var i = 0; i < 3; i++) claimed.AddRange(await LeaseTests.ClaimAsync(host, runner, 10));
        Assert.Equal(10, claimed.Count(j => j.TenantId == small));
        Assert.Equal(20, claimed.Count(j => j.TenantId == big));
    }

    [Fact]
    public async Task Tenants_take_turns_when_there_are_more_of_them_than_slots()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        for (var i = 0; i < 20; i++) await FillAsync(host, Guid.NewGuid(), 5);
        var runner = await LeaseTests.ZombieAsync(host);
        var claimed = new List<ClaimedJob>();
        for (var i = 0; i < 5; i++) claimed.AddRange(await LeaseTests.ClaimAsync(host, runner, 4));
        Assert.Equal(20, claimed.Select(j => j.TenantId).Distinct().Count());
        while (claimed.Count < 100) claimed.AddRange(await LeaseTests.ClaimAsync(host, runner, 30));
        Assert.All(claimed.GroupBy(j => j.TenantId), tenant => Assert.Equal(5, tenant.Count()));
    }

    [Fact]
    public async Task A_paused_queue_holds_the_jobs_of_its_tenant_only()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        using var client = host.Client();
        Assert.True((await client.PostAsync("/api/worker/queues/heavy/pause"))["paused"]!.GetValue<bool>());
        var held = await host.EnqueueAsync(new Haul(1));
        var others = await host.EnqueueAsync(Guid.CreateVersion7(), new Haul(2));
        await host.InStateAsync(others, "completed");
        Assert.Equal("ready", (await host.InStateAsync(held, "ready")).State);
        await client.PostAsync("/api/worker/queues/heavy/resume");
        await host.InStateAsync(held, "completed");
    }

    [Fact]
    public async Task A_running_job_can_be_cancelled_and_run_again()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, run, ct) => Task.Delay(run.Attempt == 1 ? Timeout.Infinite : 0, ct));
        using var client = host.Client();
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "running");
        Assert.True((await client.PostAsync($"/api/worker/jobs/{id}/cancel"))["cancelRequested"]!.GetValue<bool>());
        await host.InStateAsync(id, "cancelled");
        await client.PostAsync($"/api/worker/jobs/{id}/retry");
        await host.InStateAsync(id, "completed");
    }

    [Fact]
    public async Task A_type_that_nobody_knows_stays_parked_and_visible()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        using var client = host.Client();
        var mystery = await host.EnqueueAsync(new Solve());
        await host.InStateAsync(await host.EnqueueAsync(new Dig("well")), "completed");
        await host.InStateAsync(mystery, "ready");
        var queue = await Eventually.Get(
            () => client.GetAsync("/api/worker/queues"), q => q.AsArray().Any(x => x!["name"]!.GetValue<string>() == "default" && x["parked"]!.GetValue<int>() == 1), "one parked");
        Assert.Equal(1, queue.AsArray().Single(q => q!["name"]!.GetValue<string>() == "default")!["ready"]!.GetValue<int>());
        Assert.Equal("ready", (await client.GetAsync($"/api/worker/jobs/{mystery}"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_dead_job_gets_all_its_attempts_again()
    {
        await using var cluster = new JobCluster();
        var broken = true;
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, _) => broken ? throw new InvalidOperationException("no shovel") : Task.CompletedTask);
        using var client = host.Client();
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "dead");
        await client.PostAsync($"/api/worker/jobs/{id}/retry");
        await Eventually.Get(() => Task.FromResult(host.Script.Runs.Count), n => n == 6, "three more runs");
        await host.InStateAsync(id, "dead");
        broken = false;
        await client.PostAsync($"/api/worker/jobs/{id}/retry");
        await host.InStateAsync(id, "completed");
        Assert.Equal(7, host.Script.Runs.Count);
    }

    [Fact]
    public async Task Progress_and_log_lines_show_while_it_runs()
    {
        await using var cluster = new JobCluster();
        var gate = new SemaphoreSlim(0);
        var host = await cluster.StartAsync(script: s => s.OnRun = async (_, run, ct) =>
        {
            run.Log("began");
            await run.ReportAsync(42, "42 of 100 rows", ct);
            await gate.WaitAsync(ct);
            run.Log("ended");
        });
        using var client = host.Client();
        var id = await host.EnqueueAsync(new Dig("well"));
        var seen = await Eventually.Get(() => client.GetAsync($"/api/worker/jobs/{id}"), j => j["progress"]?.GetValue<double>() == 42, "progress");
        Assert.Equal("42 of 100 rows", seen["progressText"]!.GetValue<string>());
        Assert.Equal("began", seen["log"]!.AsArray().Single()!["text"]!.GetValue<string>());
        gate.Release();
        await host.InStateAsync(id, "completed");
        Assert.Equal(2, (await client.GetAsync($"/api/worker/jobs/{id}"))["log"]!.AsArray().Count);
    }

    [Fact]
    public async Task Jobs_of_another_tenant_are_not_there()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (_, _, _) => throw new JobFailed("rock"));
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "dead");
        using var stranger = host.Client(Guid.CreateVersion7());
        Assert.Empty((await stranger.GetAsync("/api/worker/jobs"))["data"]!.AsArray());
        foreach (var action in (string[])["retry", "cancel", "discard"])
        {
            using var answer = await stranger.SendAsync(HttpMethod.Post, $"/api/worker/jobs/{id}/{action}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        using var owner = host.Client();
        Assert.Single((await owner.GetAsync("/api/worker/jobs?state=dead&type=labor.dig"))["data"]!.AsArray());
        using var readOnly = host.Client(null, "worker:read");
        using var refused = await readOnly.SendAsync(HttpMethod.Post, $"/api/worker/jobs/{id}/retry");
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await owner.PostAsync($"/api/worker/jobs/{id}/discard");
        using var gone = await owner.SendAsync(HttpMethod.Get, $"/api/worker/jobs/{id}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_done_in_a_state_is_refused()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync();
        using var client = host.Client();
        var id = await host.EnqueueAsync(new Dig("well"));
        await host.InStateAsync(id, "completed");
        foreach (var action in (string[])["retry", "cancel"])
        {
            using var answer = await client.SendAsync(HttpMethod.Post, $"/api/worker/jobs/{id}/{action}");
            Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        }
        foreach (var bad in (string[])["?state=lost", "?state=3", "?limit=0", "?cursor=x"])
        {
            using var answer = await client.SendAsync(HttpMethod.Get, "/api/worker/jobs" + bad);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
        var workers = await client.GetAsync("/api/worker/workers");
        Assert.Equal("labor", workers.AsArray().Single()!["service"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_service_gets_jobs_of_its_own_types_only()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(runsJobs: false);
        foreach (var (service, expected) in new[] { ("labor", HttpStatusCode.OK), ("thief", HttpStatusCode.Forbidden) })
        {
            using var http = new HttpClient { BaseAddress = new Uri(host.App.Urls.First()) };
            http.DefaultRequestHeaders.Authorization = new("Bearer", host.Identity.Service(service));
            using var client = new ApiClient(http, null);
            using var answer = await client.SendAsync(HttpMethod.Post, "/internal/worker/claim", new { workerId = Guid.NewGuid(), types = new[] { new { name = "labor.dig", free = 1 } } });
            Assert.Equal(expected, answer.StatusCode);
        }
        using var user = host.Client();
        using var refused = await user.SendAsync(HttpMethod.Post, "/internal/worker/claim", new { workerId = Guid.NewGuid(), types = new[] { new { name = "labor.dig", free = 1 } } });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
    }

    [Fact]
    public async Task What_ended_long_ago_is_forgotten()
    {
        await using var cluster = new JobCluster();
        var host = await cluster.StartAsync(script: s => s.OnRun = (job, _, _) => job is Dig { What: "rock" } ? throw new JobFailed("rock") : Task.CompletedTask);
        Guid old = await host.EnqueueAsync(new Dig("old")), fresh = await host.EnqueueAsync(new Dig("fresh")), dead = await host.EnqueueAsync(new Dig("rock"));
        foreach (var id in (Guid[])[old, fresh]) await host.InStateAsync(id, "completed");
        await host.InStateAsync(dead, "dead");
        await host.ExecuteAsync("worker", $"""
            update done set finished_at = now() - interval '25 hours' where id = '{old}';
            update job set finished_at = now() - interval '25 hours' where id = '{dead}'
            """);
        await host.Services.GetRequiredService<Tideline.Worker.Jobs.ForgetOld>().TurnAsync(CancellationToken.None);
        Assert.Null(await host.FindAsync(old));
        Assert.NotNull(await host.FindAsync(fresh));
        Assert.NotNull(await host.FindAsync(dead));
    }

    private static Task WaitingAsync(JobHost host, Guid job) => host.InStateAsync(job, "ready");

    private static Task FillAsync(JobHost host, Guid tenant, int count) => host.ExecuteAsync("worker", $"""
        with added as (
            insert into job (tenant_id, id, queue, type, payload, run_at, max_attempts)
            select '{tenant}', gen_random_uuid(), 'default', 'labor.dig', '{"{}"}', now(), 3 from generate_series(1, {count}) returning *)
        insert into ready (tenant_id, id, type, queue, priority, run_at, attempt) select tenant_id, id, type, queue, priority, run_at, attempt from added
        """);
}

using System.Net;
using System.Text.Json.Nodes;
using Tideline.Services.Tests.Worker;
using Tideline.Testing;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>Schedules over the API.</summary>
public sealed class ScheduleTests(SchedulerFixture shared) : IClassFixture<SchedulerFixture>
{
    private const string Path = "/api/scheduler/schedules";

    [Fact]
    public async Task A_schedule_fires_event_after_event_and_each_time_once()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync(hosts: 3);
        using var client = host.Client();
        var made = await client.PostAsync(Path, new { name = "tick", everySeconds = 1, target = new { @event = "tick" } });
        await Eventually.Get(() => Task.FromResult(told.Count), n => n >= 4, "four ticks");
        Assert.All(told.GroupBy(t => t.DueAt), g => Assert.Single(g));
        Assert.All(told, t => Assert.Equal(("schedules", "tick"), (t.Owner, t.Name)));
        var id = made["id"]!.GetValue<string>();
        var executions = (await client.GetAsync($"{Path}/{id}/executions"))["data"]!.AsArray();
        Assert.True(executions.Count >= 4);
        Assert.All(executions, e => Assert.Equal("due", e!["kind"]!.GetValue<string>()));
        // The version is that of edits: however often it has fired, an editor's is still good.
        using var edit = new HttpRequestMessage(HttpMethod.Patch, $"{Path}/{id}") { Content = JsonContent("""{"name":"tock"}""") };
        edit.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var edited = await client.Http.SendAsync(edit);
        Assert.Equal("tock", (await ApiClient.ReadAsync(edited))["name"]!.GetValue<string>());
        using var stale = new HttpRequestMessage(HttpMethod.Patch, $"{Path}/{id}") { Content = JsonContent("""{"name":"tack"}""") };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        using var refused = await client.Http.SendAsync(stale);
        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.StatusCode);
    }

    [Fact]
    public async Task A_schedule_can_start_a_job()
    {
        await using var cluster = new JobCluster();
        var (host, _) = await cluster.WatchAsync();
        using var client = host.Client();
        await client.PostAsync(Path, new { name = "dig", cron = "* * * * * *", target = new { job = "labor.dig", payload = new { what = "well" } } });
        await Eventually.Get(() => Task.FromResult(host.Script.Runs.Count), n => n >= 2, "two runs");
        Assert.All(host.Script.Runs, r => Assert.Equal((new Dig("well"), (Guid?)cluster.Tenant), (r.Job, r.Tenant)));
    }

    [Theory]
    [InlineData("once", 1, "missed")]
    [InlineData("all", 3, "missed")]
    [InlineData("skip", 0, "skipped")]
    public async Task After_an_outage_the_policy_decides(string misfire, int fires, string kind)
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        using var client = host.Client();
        // So far apart that none falls due by itself while the test runs.
        var made = await client.PostAsync(Path, new { name = "report", everySeconds = 7200, target = new { @event = "report" }, misfire });
        var id = made["id"]!.GetValue<string>();
        await host.ExecuteAsync("scheduler", "update schedule set anchor = now() - interval '9 hours', next_fire_at = now() - interval '5 hours'");
        await Eventually.Get(() => host.ScalarAsync<long>("scheduler", "select count(*) from schedule_execution"), n => n == Math.Max(1, fires), "the history");
        await Eventually.Get(() => Task.FromResult(told.Count), n => n == fires, "told");
        var view = await client.GetAsync($"{Path}/{id}");
        Assert.True(view["nextFireAt"]!.GetValue<DateTimeOffset>() > DateTimeOffset.UtcNow);
        var executions = (await client.GetAsync($"{Path}/{id}/executions"))["data"]!.AsArray();
        Assert.All(executions, e => Assert.Equal(kind, e!["kind"]!.GetValue<string>()));
        Assert.Equal(3 - fires, executions.Sum(e => e!["leftOut"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_paused_schedule_rests_and_can_be_run_by_hand()
    {
        await using var cluster = new JobCluster();
        var (host, told) = await cluster.WatchAsync();
        using var client = host.Client();
        var id = (await client.PostAsync(Path, new { name = "tick", cron = "0 9 * * mon", timeZone = "Europe/Berlin", target = new { @event = "tick" } }))["id"]!.GetValue<string>();
        var paused = await client.PostAsync($"{Path}/{id}/pause");
        Assert.Null(paused["nextFireAt"]);
        Assert.Equal("manual", (await client.PostAsync($"{Path}/{id}/run"))["kind"]!.GetValue<string>());
        await Eventually.Get(() => Task.FromResult(told.Count), n => n == 1, "told");
        var next = (await client.GetAsync($"{Path}/{id}/next")).AsArray().Select(t => t!.GetValue<DateTimeOffset>()).ToList();
        Assert.Equal(10, next.Count);
        var zone = NodaTime.DateTimeZoneProviders.Tzdb["Europe/Berlin"];
        Assert.All(next, t => Assert.Equal((9, NodaTime.IsoDayOfWeek.Monday), NodaTime.Instant.FromDateTimeOffset(t).InZone(zone) is var local ? (local.Hour, local.DayOfWeek) : default));
        Assert.Equal(next[0], (await client.PostAsync($"{Path}/{id}/resume"))["nextFireAt"]!.GetValue<DateTimeOffset>());
        using var deleted = await client.SendAsync(HttpMethod.Delete, $"{Path}/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Theory]
    [InlineData("""{"name":"x","cron":"61 * * * *","target":{"event":"e"}}""", "cron")]
    [InlineData("""{"name":"x","cron":"0 0 30 2 *","target":{"event":"e"}}""", "cron")]
    [InlineData("""{"name":"x","target":{"event":"e"}}""", "cron")]
    [InlineData("""{"name":"x","cron":"* * * * *","everySeconds":5,"target":{"event":"e"}}""", "cron")]
    [InlineData("""{"name":"x","everySeconds":0,"target":{"event":"e"}}""", "everySeconds")]
    [InlineData("""{"name":"x","cron":"* * * * *","timeZone":"Mars/Olympus","target":{"event":"e"}}""", "timeZone")]
    [InlineData("""{"name":"x","cron":"* * * * *","target":{}}""", "target")]
    [InlineData("""{"name":"x","cron":"* * * * *","target":{"event":"e","job":"a.b"}}""", "target")]
    [InlineData("""{"name":"x","cron":"* * * * *","target":{"event":"a b"}}""", "target.event")]
    [InlineData("""{"name":"x","cron":"* * * * *","target":{"job":"a.b","payload":[1]}}""", "target.payload")]
    [InlineData("""{"name":" ","cron":"* * * * *","target":{"event":"e"}}""", "name")]
    [InlineData("""{"name":"x","cron":"* * * * *","target":{"event":"e"},"misfire":"maybe"}""", "misfire")]
    public async Task What_makes_no_schedule_is_refused_with_the_field_at_fault(string body, string field)
    {
        var host = shared.Host;
        using var client = host.Client();
        using var answer = await client.SendAsync(HttpMethod.Post, Path, JsonContent(body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Contains(field, problem["errors"]!.AsObject().Select(e => e.Key));
    }

    [Fact]
    public async Task Who_may_not_run_jobs_may_not_schedule_them_and_others_do_not_see_them()
    {
        var host = shared.Host;
        var tenant = Guid.CreateVersion7();
        using var planner = host.Client(tenant, "scheduler:read", "scheduler:write");
        using var refused = await planner.SendAsync(HttpMethod.Post, Path, new { name = "dig", everySeconds = 3600, target = new { job = "labor.dig" } });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        var id = (await planner.PostAsync(Path, new { name = "Ring", everySeconds = 3600, target = new { @event = "ring" } }))["id"]!.GetValue<string>();
        using var twin = await planner.SendAsync(HttpMethod.Post, Path, new { name = "ring", everySeconds = 3600, target = new { @event = "ring" } });
        Assert.Equal(HttpStatusCode.Conflict, twin.StatusCode);
        using var stranger = host.Client(Guid.CreateVersion7());
        foreach (var (method, path) in new[] { (HttpMethod.Get, ""), (HttpMethod.Post, "/run"), (HttpMethod.Post, "/pause"), (HttpMethod.Delete, ""), (HttpMethod.Get, "/next") })
        {
            using var answer = await stranger.SendAsync(method, $"{Path}/{id}{path}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    private static StringContent JsonContent(string json) => new(json, null, "application/json");
}

/// <summary>A host for tests that need no clean databases.</summary>
public sealed class SchedulerFixture : IAsyncLifetime
{
    private readonly JobCluster _cluster = new();

    internal JobHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = (await _cluster.WatchAsync()).Host;

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Events;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>What is published is what arrives, to the last character.</summary>
public abstract partial class TransportConformance
{
    private static BookService BookThatKeeps() => new(svc => svc.Handles<Told, KeepTold>());

    private static async Task<List<(Told Event, EventEnvelope Envelope)>> KeptAsync(BusHost host, int count) =>
        await Eventually.Get(() => Task.FromResult(host.Script.Told.ToList()), found => found.Count >= count, $"{count} that were told", Long);

    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("with spaces, 'quotes', \"others\", back\\slash and %2F")]
    [InlineData("žluťoučký kůň 馬 🐎 قصة")]
    [InlineData("line\nbreak\ttab \u2028 \u0001")]
    public async Task Keys_and_texts_of_any_characters_arrive_as_they_were(string text)
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookThatKeeps()]);
        await host.PublishAsync(new Told { Whom = text, Text = text });
        var (told, envelope) = Assert.Single(await KeptAsync(host, 1));
        Assert.Equal((text, text, text), (told.Whom, told.Text, envelope.Key));
    }

    [Fact]
    public async Task The_envelope_arrives_as_it_was_recorded()
    {
        await using var bed = NewBed();
        var host = await bed.BuildAsync([new ShopService(), BookThatKeeps()]);
        using (var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start())
            await host.PublishAsync(new Told { Whom = "anna", Text = "hello" });
        await host.ExecuteAsync("shop", "update outbox set version = 1, causation_id = gen_random_uuid(), correlation_id = gen_random_uuid()");
        var columns = EventColumns.List.Replace("event_id", "id", StringComparison.Ordinal).Replace("source", "'shop'", StringComparison.Ordinal);
        var recorded = Assert.Single(await host.QueryAsync("shop", $"select {columns} from outbox", row => EventColumns.Read(row, 0)));
        await host.Host.StartAsync();
        var (_, envelope) = Assert.Single(await KeptAsync(host, 1));
        Assert.Equal(recorded, envelope);
        Assert.NotNull(envelope.Traceparent);
        Assert.NotNull(envelope.CausationId);
        Assert.NotEqual(0, envelope.Time.Microsecond + envelope.Time.Millisecond);
    }

    [Fact]
    public async Task A_large_payload_arrives_whole()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookThatKeeps()]);
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i:x} häst "));
        await host.PublishAsync(new Told { Whom = "anna", Text = "before" }, new Told { Whom = "anna", Text = text }, new Told { Whom = "anna", Text = "after" });
        Assert.Equal(["before", text, "after"], (await KeptAsync(host, 3)).Select(k => k.Event.Text));
    }

    [Fact]
    public async Task A_long_key_arrives_whole()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookThatKeeps()]);
        var key = string.Concat(Enumerable.Range(0, 500).Select(i => $"ключ{i}"));
        await host.PublishAsync(new Told { Whom = key, Text = "" });
        Assert.Equal(key, Assert.Single(await KeptAsync(host, 1)).Envelope.Key);
    }

    [Fact]
    public async Task Many_small_events_all_arrive_in_order()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookOfRuns()]);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async writer =>
        {
            for (var i = 0; i < 10; i++) await host.PublishAsync([.. Enumerable.Range(i * 50, 50).Select(n => Of($"{writer} {n % 5}", n))]);
        }));
        await host.LinesAsync(5000, Long);
        await host.IdleAsync(Long);
        var lines = await host.LinesAsync();
        AssertOnce(lines, 5000);
        AssertOrdered(lines);
    }

    [Fact]
    public async Task A_fact_of_no_tenant_is_handled_in_the_system_scope()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), new BookService(svc => svc.Handles<Noted, SeeWhoCalls>())]);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseSystem();
            var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
            db.Publish(new Noted { Number = 1 }, null);
            db.Publish(new Noted { Number = 2 }, host.Tenant);
            await db.SaveChangesAsync();
        }
        var seen = await Eventually.Get(() => Task.FromResult(host.Script.Callers.ToArray()), c => c.Length == 2, "two callers", Long);
        Assert.Equal([(1, true, null), (2, false, host.Tenant)], seen.OrderBy(c => c.Number).Select(c => (c.Number, c.IsSystem, c.Tenant)));
    }

    [Fact]
    public async Task Two_tenants_with_the_same_key_do_not_hold_each_other_up()
    {
        await using var bed = NewBed();
        var other = Guid.CreateVersion7();
        var host = await bed.StartAsync([new ShopService(), Book()], Attempts(100), script: s => s.OnSold = Fail(e => e.Number == 1));
        await host.PublishAsync(Of("tea", 1));
        await Parked(host, 1);
        await using (var scope = host.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(other);
            var db = scope.ServiceProvider.GetRequiredService<ShopDb>();
            db.Publish(Of("tea", 2));
            await db.SaveChangesAsync();
        }
        Assert.Equal([2], (await host.LinesAsync(1, Long)).Select(l => l.Number));
        Assert.Equal(other, await host.ScalarAsync<Guid>("book", "select tenant_id from entries"));
        await Parked(host, 1);
    }

    [Fact]
    public async Task What_a_handler_publishes_names_its_cause_and_the_first_of_the_chain()
    {
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookOfRuns()]);
        await host.PublishAsync(Many(20, 5));
        await host.LinesAsync(20, Long);
        await host.IdleAsync(Long);
        var log = await Bed.LogAsync(host);
        var sold = log.Where(e => e.Type == "test.sold").ToDictionary(e => e.Id);
        var noted = log.Where(e => e.Type == "test.noted").ToList();
        Assert.Equal(20, noted.Count);
        Assert.All(noted, note =>
        {
            var cause = sold[note.CausationId!.Value];
            Assert.Equal(cause.CorrelationId, note.CorrelationId);
            Assert.Equal("book", note.Source);
            Assert.Contains($"\"number\":{note.Key}", cause.Payload, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_trace_goes_on_whether_somebody_listens_or_not(bool listens)
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == BusTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        if (listens) ActivitySource.AddActivityListener(listener);
        await using var bed = NewBed();
        var host = await bed.StartAsync([new ShopService(), BookThatKeeps()]);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await host.PublishAsync(new Told { Whom = "anna", Text = "hello" });
        var (_, envelope) = Assert.Single(await KeptAsync(host, 1));
        Assert.Contains(request.TraceId.ToString(), envelope.Traceparent, StringComparison.Ordinal);
        if (!listens) return;
        var mine = await Eventually.Get(
            () => Task.FromResult(spans.Where(s => s.TraceId == request.TraceId).ToList()), found => found.Any(s => s.Kind == ActivityKind.Consumer), "the handler's span");
        var publish = mine.Single(s => s.Kind == ActivityKind.Producer);
        Assert.Equal(publish.SpanId, mine.Single(s => s.Kind == ActivityKind.Consumer).ParentSpanId);
        Assert.Equal(publish.Id, envelope.Traceparent);
    }
}

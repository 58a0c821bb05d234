using Tideline.Contracts;
using Tideline.Platform.Events;
using Tideline.Testing;

namespace Tideline.Platform.Tests.Events.Conformance;

/// <summary>
/// What every transport has to keep: written once, run against each. The parts are order, effects that happen once, failure, groups and processes,
/// content, and a transport that goes away.
/// </summary>
public abstract partial class TransportConformance(TransportUnderTest transport)
{
    private protected static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private protected Bed NewBed() => new(transport);

    internal static BookService Book() => new(svc => svc.Handles<Sold, WriteFirst>());

    internal static BookService BookOfTwo() => new(svc => svc.Handles<Sold, WriteFirst>().Handles<Sold, WriteSecond>());

    internal static BookService BookOfRuns() => new(svc => svc.HandlesMany<Sold, WriteMany>());

    private protected static Sold Of(string article, int number) => new() { Article = article, Number = number };

    private protected static Sold[] Many(int count, int keys) => [.. Enumerable.Range(0, count).Select(i => Of($"article {i % keys}", i))];

    private protected static Func<Sold, CancellationToken, Task> Fail(Func<Sold, bool> when) =>
        (sold, _) => when(sold) ? throw new InvalidOperationException($"I do not sell {sold.Article} {sold.Number}.") : Task.CompletedTask;

    private protected static Dictionary<string, string?> Attempts(int most) => new() { ["Bus:MaxAttempts"] = $"{most}" };

    /// <summary>Within each key, and for each handler, the numbers rise.</summary>
    private protected static void AssertOrdered(IEnumerable<Line> lines)
    {
        foreach (var key in lines.GroupBy(l => (l.Handler, l.Article))) Assert.Equal(key.Select(l => l.Number).Order(), key.Select(l => l.Number));
    }

    /// <summary>All numbers, each once a handler.</summary>
    private protected static void AssertOnce(IReadOnlyCollection<Line> lines, int count, int handlers = 1)
    {
        Assert.Equal(count * handlers, lines.Count);
        Assert.Equal(count * handlers, lines.Distinct().Count());
    }

    private protected static async Task<DeadLetter> Letter(BusHost host, Guid? other = null)
    {
        var letters = await Eventually.Get(
            () => host.Status.DeadLettersAsync(null, null, null, 10, CancellationToken.None), found => found.Any(l => l.Id != other), "a dead letter", Long);
        return letters.First(l => l.Id != other);
    }

    private protected static Task<long> Parked(BusHost host, long count) => Eventually.Get(
        async () => (await host.Status.GroupsAsync(CancellationToken.None)).Sum(g => g.Parked), n => n == count, $"{count} that wait", Long);

    private protected static Task<long> NeverParked(BusHost host) => host.ScalarAsync<long>("bus", "select n_tup_ins from pg_stat_user_tables where relname = 'parked'");

    private protected static Task<List<long>> Owners(BusHost host, long[] shares) => Eventually.Get(
        () => host.QueryAsync("bus", "select count(*) from cursor where group_name = 'book' and owner is not null group by owner order by 1", row => row.GetInt64(0)),
        found => found.SequenceEqual(shares), "owners of " + string.Join(" and ", shares), Long);

    private protected static Task<long> Waiting(BusHost host, string service = "shop") => host.ScalarAsync<long>(service, "select count(*) from outbox");
}

/// <summary>Something was said, at any length; its key is short.</summary>
[Event("test.told")]
public sealed record Told : IEvent
{
    public required string Whom { get; init; }
    public required string Text { get; init; }
    public string Key => Whom;
}

/// <summary>Keeps what it is told, with its envelope.</summary>
internal sealed class KeepTold(Script script) : IHandle<Told>
{
    public Task HandleAsync(Told happened, CancellationToken ct)
    {
        script.Told.Enqueue((happened, EventScope.Current!));
        return Task.CompletedTask;
    }
}

using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Tideline.Contracts;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Platform.Tests.Events;

/// <summary>Something was sold.</summary>
[Event("test.sold")]
public sealed record Sold : IEvent
{
    public required string Article { get; init; }
    public required int Number { get; init; }
    public string Key => Article;
}

/// <summary>Somebody wrote it down.</summary>
[Event("test.noted")]
public sealed record Noted : IEvent
{
    public required int Number { get; init; }
    public string Key => Number.ToString();
}

/// <summary>Publishes and does nothing else.</summary>
internal sealed class ShopService : IService
{
    public string Name => "shop";
    public void Add(ServiceBuilder svc) => svc.AddDatabase<ShopDb>().Publishes<Sold>();
    public void Map(ServiceRoutes routes) { }
}

internal sealed class ShopDb(DbContextOptions<ShopDb> options, Caller caller) : ServiceDb(options, caller);

/// <summary>A service that writes down what it hears; what its handlers do is up to the test.</summary>
internal sealed class BookService(Action<ServiceBuilder> subscribe) : IService
{
    public string Name => "book";
    public void Add(ServiceBuilder svc) => subscribe(svc.AddDatabase<BookDb>());
    public void Map(ServiceRoutes routes) { }
}

internal sealed class BookDb(DbContextOptions<BookDb> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<Entry> Entries => Set<Entry>();
    public DbSet<Zebra> Zebras => Set<Zebra>();
}

/// <summary>A row of a table whose name comes after <c>outbox</c>.</summary>
internal sealed class Zebra : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
}

/// <summary>An effect. There is no unique constraint on the number: a second effect is a second row.</summary>
internal sealed class Entry : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required string Handler { get; init; }
    public required string Article { get; init; }
    public required int Number { get; init; }

    /// <summary>When its handler ran. EF writes the rows of one save in any order.</summary>
    public long At { get; init; } = System.Diagnostics.Stopwatch.GetTimestamp();
}

/// <summary>What the handlers of one host do besides writing.</summary>
internal sealed class Script
{
    public Func<Sold, CancellationToken, Task> OnSold { get; set; } = (_, _) => Task.CompletedTask;
    public ConcurrentQueue<int> Runs { get; } = new();
    public ConcurrentQueue<(int Number, bool IsSystem, Guid? Tenant)> Callers { get; } = new();
    public ConcurrentQueue<(Sold Event, DateTimeOffset At)> Seen { get; } = new();
    public ConcurrentQueue<(Conformance.Told Event, EventEnvelope Envelope)> Told { get; } = new();
}

internal abstract class Writes(BookDb db, Script script) : IHandle<Sold>
{
    public async Task HandleAsync(Sold happened, CancellationToken ct)
    {
        script.Seen.Enqueue((happened, DateTimeOffset.UtcNow));
        db.Add(new Entry { TenantId = db.Caller.TenantId, Handler = GetType().Name, Article = happened.Article, Number = happened.Number });
        await db.SaveChangesAsync(ct);
        await script.OnSold(happened, ct);
    }
}

internal sealed class WriteFirst(BookDb db, Script script) : Writes(db, script);

internal sealed class WriteSecond(BookDb db, Script script) : Writes(db, script);

internal sealed class WriteZebra(BookDb db) : IHandleMany<Sold>
{
    public async Task HandleAsync(IReadOnlyList<Received<Sold>> events, CancellationToken ct)
    {
        db.Publish(new Noted { Number = 1 });
        db.Add(new Zebra { TenantId = db.Caller.TenantId });
        await db.SaveChangesAsync(ct);
    }
}

internal sealed class SeeWhoCalls(Caller caller, Script script) : IHandle<Noted>
{
    public Task HandleAsync(Noted happened, CancellationToken ct)
    {
        script.Callers.Enqueue((happened.Number, caller.IsSystem, caller.TenantIdOrNull));
        return Task.CompletedTask;
    }
}

internal sealed class WriteMany(BookDb db, Script script) : IHandleMany<Sold>
{
    public async Task HandleAsync(IReadOnlyList<Received<Sold>> events, CancellationToken ct)
    {
        script.Runs.Enqueue(events.Count);
        foreach (var (happened, envelope) in events)
        {
            db.Add(new Entry { TenantId = db.Caller.TenantId, Handler = GetType().Name, Article = happened.Article, Number = happened.Number });
            using (EventScope.Because(envelope)) db.Publish(new Noted { Number = happened.Number });
            await script.OnSold(happened, ct);
        }
        await db.SaveChangesAsync(ct);
    }
}

/// <summary>Another service that hears the same.</summary>
internal sealed class LedgerService : IService
{
    public string Name => "ledger";
    public void Add(ServiceBuilder svc) => svc.AddDatabase<LedgerDb>().Handles<Sold, Book>();
    public void Map(ServiceRoutes routes) { }

    internal sealed class LedgerDb(DbContextOptions<LedgerDb> options, Caller caller) : ServiceDb(options, caller)
    {
        public DbSet<Entry> Entries => Set<Entry>();
    }

    internal sealed class Book(LedgerDb db) : IHandle<Sold>
    {
        public async Task HandleAsync(Sold happened, CancellationToken ct)
        {
            db.Add(new Entry { TenantId = db.Caller.TenantId, Handler = "Book", Article = happened.Article, Number = happened.Number });
            await db.SaveChangesAsync(ct);
        }
    }
}

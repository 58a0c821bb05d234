using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Delivery;

/// <summary>
/// Nothing accepted is forgotten: chunks whose job is long overdue (discarded by hand, dead after too many failures) get a new one. And the sandbox is kept from
/// growing for ever.
/// </summary>
internal sealed class KeepDelivering(
    ServiceDatabase<NotificationsDb> database, IServiceScopeFactory scopes, IOptions<NotificationsOptions> options, TimeProvider clock, ILogger<KeepDelivering> log) : IServiceLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(30);
    private const int Most = 200;

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            foreach (var tenant in await TenantsAsync(ct)) await ReviveAsync(tenant, ct);
            await ForgetAsync(ct);
            health.Beat();
            await Task.Delay(Pause, clock, ct);
        }
    }

    private async Task<List<Guid>> TenantsAsync(CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        await using var command = transaction.Command("select distinct tenant_id from chunk where done_at is null and due_at < $1 limit 100", clock.GetUtcNow() - Overdue);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tenants = new List<Guid>();
        while (await reader.ReadAsync(ct)) tenants.Add(reader.GetGuid(0));
        return tenants;
    }

    private async Task ReviveAsync(Guid tenant, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(tenant);
        var db = scope.ServiceProvider.GetRequiredService<NotificationsDb>();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = clock.GetUtcNow() - Overdue;
        var lost = await db.Chunks.FromSql($"""
            select * from chunk where tenant_id = {tenant} and done_at is null and due_at < {before} order by due_at limit {Most} for update skip locked
            """).ToListAsync(ct);
        foreach (var chunk in lost)
        {
            chunk.DueAt = clock.GetUtcNow();
            // A job may only be waiting behind many others; of this kind there is never more than one.
            db.Enqueue(new DeliverMessages(chunk.Id), uniqueKey: "revive:" + chunk.Id);
        }
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        if (lost.Count > 0) log.LogWarning("{Count} chunks of messages had lost their delivery job and got a new one", lost.Count);
    }

    private async Task ForgetAsync(CancellationToken ct)
    {
        await using var transaction = await database.BeginSystemAsync(ct);
        await transaction.ExecuteAsync("""
            delete from sandbox_message where (tenant_id, id) in (select tenant_id, id from sandbox_message where at < $1 limit 5000)
            """, [clock.GetUtcNow() - options.Value.KeepSandbox], ct);
        await transaction.CommitAsync(ct);
    }
}

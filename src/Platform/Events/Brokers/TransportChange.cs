using Tideline.Platform.Data;

namespace Tideline.Platform.Events.Brokers;

/// <summary>
/// Has the <c>bus</c> database belong to the transport that is configured. A change is allowed only when nothing can be lost by it: no other process is at
/// work, and every group has passed everything in the log that is left behind.
/// </summary>
internal sealed class TransportChange(BusDatabase bus, BusOptions options)
{
    /// <exception cref="InvalidOperationException">The change cannot be made now; says why.</exception>
    public async Task EnterAsync(string name, CancellationToken ct)
    {
        await using var transaction = await bus.BeginAsync(ct);
        var current = await ReadAsync(transaction, lockIt: false, ct);
        if (current.Name == name) return;
        current = await ReadAsync(transaction, lockIt: true, ct);
        if (current.Name == name) return;
        var (used, living, behind) = await LookAsync(transaction, ct);
        var change = $"Bus:Transport: the events of this installation travel by {current.Name}, and cannot change to {name} now: ";
        if (used)
        {
            if (living > 0) throw new InvalidOperationException(change + $"{living} process(es) were at work within the last {options.Lease.TotalSeconds:0} s. Stop all, then start with the new setting.");
            if (behind.Length > 0) throw new InvalidOperationException(change + $"these groups have not handled everything yet: {behind}. Start with the old setting until they have.");
            await transaction.ExecuteAsync("update head set base = position", [], ct);
        }
        await transaction.ExecuteAsync("update transport set name = $1, epoch = epoch + $2", [name, used ? 1 : 0], ct);
        await transaction.CommitAsync(ct);
    }

    private static async Task<(string Name, int Epoch)> ReadAsync(ServiceTransaction transaction, bool lockIt, CancellationToken ct)
    {
        await using var command = transaction.Command("select name, epoch from transport" + (lockIt ? " for update" : ""));
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetString(0), reader.GetInt32(1));
    }

    private async Task<(bool Used, long Living, string Behind)> LookAsync(ServiceTransaction transaction, CancellationToken ct)
    {
        await using var command = transaction.Command("""
            select (select sum(position) > 0 from head),
                (select count(distinct owner) from member where seen_at > now() - $1),
                coalesce((select string_agg(group_name || ' (' || lag || ')', ', ' order by group_name) from (
                    select group_name, sum(h.position - c.position) as lag from cursor c join head h using (partition)
                    where c.position < h.position group by group_name) g), '')
            """, options.Lease);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetBoolean(0), reader.GetInt64(1), reader.GetString(2));
    }
}

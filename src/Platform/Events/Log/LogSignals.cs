using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Platform.Events.Log;

/// <summary>
/// Tells other processes of new heads by NOTIFY. On a connection of its own and merged: a NOTIFY inside the append would put all appends of
/// the server in one queue at their commit. What is lost with a process is found by polling.
/// </summary>
internal sealed class LogNotifier(BusDatabase bus, BusOptions options) : IServiceLoop
{
    public const string Channel = "bus";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly ConcurrentDictionary<short, long> _heads = new();
    private readonly Signal _wake = new();

    /// <summary>These heads are to be told.</summary>
    public void Announce(IEnumerable<(short Partition, long Position)> heads)
    {
        if (!options.Notifications) return;
        foreach (var (partition, position) in heads) _heads.AddOrUpdate(partition, position, (_, known) => Math.Max(known, position));
        _wake.Raise();
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            await _wake.WaitAsync(TimeSpan.FromSeconds(10), ct);
            var heads = _heads.ToArray();
            if (heads.Length == 0) continue;
            foreach (var head in heads) _heads.TryRemove(head);
            await using var batch = bus.CreateBatch().Add(
                $"select pg_notify('{Channel}', $1)", Parameter.Of(Format(heads.Select(h => (h.Key, h.Value)))));
            await batch.ExecuteAsync(ct);
            await Task.Delay(Pause, ct);
        }
    }

    private static string Format(IEnumerable<(short Partition, long Position)> heads) =>
        string.Join(' ', heads.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Partition}:{h.Position}")));

    public static IEnumerable<(short Partition, long Position)> Parse(string payload)
    {
        foreach (var part in payload.Split(' '))
        {
            var at = part.IndexOf(':', StringComparison.Ordinal);
            if (at > 0 && short.TryParse(part.AsSpan(0, at), CultureInfo.InvariantCulture, out var partition)
                && long.TryParse(part.AsSpan(at + 1), CultureInfo.InvariantCulture, out var position)) yield return (partition, position);
        }
    }
}

/// <summary>Hears what other processes tell: new heads of the log, and live hints. One connection for the whole process.</summary>
internal sealed class BusListener(BusDatabase bus, LogHeads heads, LiveFeed live, SessionRevocations revocations, Presence presence) : IServiceLoop
{
    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        await using var connection = await bus.OpenListenerAsync(ct);
        connection.Notification += (_, told) =>
        {
            if (told.Channel == LogNotifier.Channel) heads.Learn(LogNotifier.Parse(told.Payload));
            else if (told.Channel == SessionRevocations.Channel) revocations.Hear(told.Payload);
            else live.Hear(told.Payload);
        };
        await using (var listen = new NpgsqlCommand(
            $"select pg_try_advisory_lock({Presence.LockClass}, {presence.Key}); listen {LogNotifier.Channel}; listen {LiveFeed.Channel}; listen {SessionRevocations.Channel}", connection))
            presence.Set(await listen.ExecuteScalarAsync(ct) is true);
        try
        {
            while (true)
            {
                health.Beat();
                await connection.WaitAsync(TimeSpan.FromSeconds(10), ct);
            }
        }
        finally
        {
            presence.Set(false);
        }
    }
}

/// <summary>Looks at the heads now and then, for what nobody told.</summary>
internal sealed class LogPoll(BusDatabase bus, LogHeads heads, BusOptions options) : IServiceLoop
{
    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            heads.Learn(await ReadAsync(ct));
            await Task.Delay(options.LogPoll, ct);
        }
    }

    /// <summary>The heads as they are committed.</summary>
    public async Task<IReadOnlyList<(short Partition, long Position)>> ReadAsync(CancellationToken ct)
    {
        await using var batch = bus.CreateBatch().Add("select partition, position from head order by partition");
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var found = new List<(short, long)>();
        while (await reader.ReadAsync(ct)) found.Add((reader.GetInt16(0), reader.GetInt64(1)));
        return found;
    }
}

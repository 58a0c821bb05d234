using System.Globalization;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Platform.Security;

/// <summary>
/// Carries the end of a session to every process, so that its access tokens are refused everywhere within a moment: told by NOTIFY, kept in a
/// table for processes that start later, and looked up now and then for what nobody heard.
/// </summary>
public sealed class SessionRevocations : IServiceLoop
{
    internal const string Channel = "revoked";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly BusDatabase _bus;
    private readonly RevokedSessions _known;

    internal SessionRevocations(BusDatabase bus, RevokedSessions known) => (_bus, _known) = (bus, known);

    /// <summary>Tells all processes that tokens of this session are void until the last of them would have ended by itself.</summary>
    public async Task SpreadAsync(Guid session, DateTimeOffset until, CancellationToken ct)
    {
        await using var batch = _bus.CreateBatch()
            .Add("delete from revoked_session where until < now()")
            .Add("insert into revoked_session (session_id, until) values ($1, $2) on conflict (session_id) do update set until = greatest(revoked_session.until, excluded.until)",
                Parameter.Of(session), Parameter.Of(until))
            .Add($"select pg_notify('{Channel}', $1)", Parameter.Of(string.Create(CultureInfo.InvariantCulture, $"{session:n} {until:O}")));
        await batch.ExecuteAsync(ct);
        _known.Add(session, until);
    }

    /// <inheritdoc/>
    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        while (true)
        {
            health.Beat();
            await using (var batch = _bus.CreateBatch().Add("select session_id, until from revoked_session where until > now()"))
            await using (var reader = await batch.ExecuteReaderAsync(ct))
            {
                while (await reader.ReadAsync(ct)) Learn(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1));
            }
            await Task.Delay(Interval, ct);
        }
    }

    internal void Hear(string payload)
    {
        var parts = payload.Split(' ');
        if (parts.Length == 2 && Guid.TryParse(parts[0], out var session)
            && DateTimeOffset.TryParse(parts[1], CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var until)) Learn(session, until);
    }

    private void Learn(Guid session, DateTimeOffset until)
    {
        if (!_known.Contains(session)) _known.Add(session, until);
    }
}

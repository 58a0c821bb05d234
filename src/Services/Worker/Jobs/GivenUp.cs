using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts.Worker;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Worker.Jobs;

/// <summary>A job that ended without being done.</summary>
internal sealed record Abandoned(Guid Tenant, Guid Id, string Type, string Payload, string State);

/// <summary>Tells, in the transaction in which they end, of jobs that nobody will do any more.</summary>
internal static class GivenUp
{
    /// <returns>Whether there is news for the relay, once the transaction is committed.</returns>
    public static async Task<bool> TellAsync(ServiceTransaction transaction, IReadOnlyList<Abandoned> jobs, CancellationToken ct)
    {
        // Work of the platform itself is no tenant's news.
        foreach (var tenant in jobs.Where(j => j.Tenant != Guid.Empty).GroupBy(j => j.Tenant))
        {
            await using var command = new NpgsqlCommand(OutboxSql.Insert, transaction.Connection);
            var events = tenant.Select(j => new JobGivenUp { JobId = j.Id, Type = j.Type, Payload = j.Payload, Cancelled = j.State == "cancelled" });
            command.Parameters.Add(new NpgsqlParameter { Value = OutboxSql.Json(events, tenant.Key), NpgsqlDbType = NpgsqlDbType.Json });
            await command.ExecuteNonQueryAsync(ct);
        }
        return jobs.Any(j => j.Tenant != Guid.Empty);
    }
}

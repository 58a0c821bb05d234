using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>
/// Tells PostgreSQL for which tenant a command works, so that row-level security holds behind the query filter.
/// Always local to a transaction: a session-wide setting would go to the next borrower of the pooled connection.
/// </summary>
/// <remarks>
/// A query outside a transaction gets the setting as a first statement of the same round trip (PostgreSQL runs one
/// message sequence as one transaction); the reader then steps over that statement's result.
/// </remarks>
internal sealed class TenantInterceptor(string systemRole) : DbCommandInterceptor, IDbTransactionInterceptor
{
    private const string Prefix = "select set_config('tideline.tenant', @tideline_tenant, true);\n";

    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        AddPrefix(command, eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        AddPrefix(command, eventData);
        return ValueTask.FromResult(result);
    }

    public override DbDataReader ReaderExecuted(DbCommand command, CommandExecutedEventData eventData, DbDataReader result)
    {
        if (HasPrefix(command)) result.NextResult();
        return result;
    }

    public override async ValueTask<DbDataReader> ReaderExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, DbDataReader result, CancellationToken cancellationToken = default)
    {
        if (HasPrefix(command)) await result.NextResultAsync(cancellationToken);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        // A SELECT adds nothing to the number of affected rows, so no step over is needed here.
        AddPrefix(command, eventData);
        return ValueTask.FromResult(result);
    }

    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        using var command = TransactionSetting((NpgsqlTransaction)result, (ServiceDb?)eventData.Context);
        command?.ExecuteNonQuery();
        return result;
    }

    public async ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        await using var command = TransactionSetting((NpgsqlTransaction)result, (ServiceDb?)eventData.Context);
        if (command is not null) await command.ExecuteNonQueryAsync(cancellationToken);
        return result;
    }

    private NpgsqlCommand? TransactionSetting(NpgsqlTransaction transaction, ServiceDb? db)
    {
        if (db is null) return null;
        if (db.Caller.IsSystem) return new NpgsqlCommand($"set local role \"{systemRole}\"", transaction.Connection, transaction);
        if (db.Caller.TenantIdOrNull is not { } tenant) return null;
        return new NpgsqlCommand("select set_config('tideline.tenant', $1, true)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenant.ToString() } },
        };
    }

    private void AddPrefix(DbCommand command, CommandEventData eventData)
    {
        if (command.Transaction is not null || eventData.Context is not ServiceDb db) return;
        if (db.Caller.IsSystem)
        {
            command.CommandText = $"set local role \"{systemRole}\";\n{command.CommandText}";
            return;
        }
        if (db.Caller.TenantIdOrNull is not { } tenant || HasPrefix(command)) return;
        command.CommandText = Prefix + command.CommandText;
        command.Parameters.Add(new NpgsqlParameter<string>("tideline_tenant", tenant.ToString()));
    }

    private static bool HasPrefix(DbCommand command) => command.CommandText.StartsWith(Prefix, StringComparison.Ordinal);
}

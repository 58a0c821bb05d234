using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>A connection with an open transaction; rolled back unless committed.</summary>
public sealed class ServiceTransaction : IAsyncDisposable
{
    private readonly NpgsqlTransaction _transaction;

    private ServiceTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        (Connection, _transaction) = (connection, transaction);
    }

    /// <summary>The connection; every command on it belongs to the transaction.</summary>
    public NpgsqlConnection Connection { get; }

    internal static async Task<ServiceTransaction> BeginAsync(NpgsqlConnection connection, string setting, CancellationToken ct)
    {
        try
        {
            var transaction = await connection.BeginTransactionAsync(ct);
            await using var command = new NpgsqlCommand(setting, connection, transaction);
            await command.ExecuteNonQueryAsync(ct);
            return new ServiceTransaction(connection, transaction);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command with positional parameters.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<object?> parameters)
    {
        var command = new NpgsqlCommand(sql, Connection, _transaction);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>Runs a command that answers nothing.</summary>
    /// <returns>Rows affected.</returns>
    public async Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken ct)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Makes it durable.</summary>
    public Task CommitAsync(CancellationToken ct) => _transaction.CommitAsync(ct);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}

/// <summary>Commands for one tenant that run as one implicit transaction in one round trip.</summary>
public sealed class TenantBatch : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch;

    internal TenantBatch(NpgsqlBatch batch, Guid tenantId)
    {
        _batch = batch;
        var setting = new NpgsqlBatchCommand("select set_config('tideline.tenant', $1, true)");
        setting.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenantId.ToString() });
        _batch.BatchCommands.Add(setting);
    }

    /// <summary>Adds a command with positional parameters.</summary>
    public TenantBatch Add(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        _batch.BatchCommands.Add(command);
        return this;
    }

    /// <summary>Runs all; the reader stands at the first added command's result.</summary>
    public async Task<NpgsqlDataReader> ExecuteReaderAsync(CancellationToken ct)
    {
        var reader = await _batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return reader;
    }

    /// <summary>Runs all.</summary>
    /// <returns>Rows affected.</returns>
    public Task<int> ExecuteAsync(CancellationToken ct) => _batch.ExecuteNonQueryAsync(ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}

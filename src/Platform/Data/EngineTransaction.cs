using Npgsql;

namespace Tideline.Platform.Data;

/// <summary>Transactions of engines that work on rows of all tenants by their keys, many at a time.</summary>
public static class EngineTransaction
{
    private const string Plans = "set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    /// <summary>
    /// Like <see cref="ServiceDatabase.BeginSystemAsync"/>, with plans that stay good while a table goes from empty to millions and back. A
    /// statement prepared when a queue was empty, or before statistics know better, would otherwise read all of it for each batch; by index
    /// and nested loop it costs what the batch costs.
    /// </summary>
    public static async Task<ServiceTransaction> BeginEngineAsync(this ServiceDatabase database, CancellationToken ct)
    {
        var transaction = await database.BeginSystemAsync(ct);
        try
        {
            await transaction.UseEnginePlansAsync(ct);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    /// <summary>From here on the transaction has the plans of engines.</summary>
    public static Task UseEnginePlansAsync(this ServiceTransaction transaction, CancellationToken ct) => transaction.ExecuteAsync("select " + Plans, [], ct);

    /// <summary>
    /// The same as one implicit transaction in one round trip: the caller adds commands, and the reader stands at the first one's result. For
    /// the statements that run all the time: they are planned once, not for each set of parameters.
    /// </summary>
    public static EngineBatch CreateEngineBatch(this ServiceDatabase database) => database.CreateEngineBatch(Plans);

    /// <summary>Like <see cref="CreateEngineBatch(ServiceDatabase)"/>, for statements that join what is given with what is there by hashing.</summary>
    public static EngineBatch CreateHashingBatch(this ServiceDatabase database) => database.CreateEngineBatch("set_config('enable_seqscan', 'off', true)");

    private static EngineBatch CreateEngineBatch(this ServiceDatabase database, string plans)
    {
        var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select set_config('role', '{database.SystemRole}', true), set_config('plan_cache_mode', 'force_generic_plan', true), {plans}"));
        return new EngineBatch(batch);
    }
}

/// <summary>Commands over all tenants that run as one implicit transaction in one round trip.</summary>
public sealed class EngineBatch : IAsyncDisposable
{
    private readonly NpgsqlBatch _batch;

    internal EngineBatch(NpgsqlBatch batch) => _batch = batch;

    /// <summary>Adds a command with positional parameters.</summary>
    public EngineBatch Add(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
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

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _batch.DisposeAsync();
}

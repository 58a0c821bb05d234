using Microsoft.EntityFrameworkCore;
using Npgsql;
using Tideline.Platform.Api;
using Tideline.Platform.Data;

namespace Tideline.Leads.Pipelines;

/// <summary>The tenant's pipelines. A new tenant gets its first one when it is first needed, so nothing waits for an event.</summary>
internal sealed class PipelineBook(LeadsDb db, ServiceDatabase<LeadsDb> database)
{
    private static readonly (string Name, int Probability, string Status)[] Standard =
    [
        ("New", 10, "new"), ("Contacted", 20, "working"), ("Qualified", 40, "qualified"), ("Proposal", 60, "qualified"),
        ("Negotiation", 80, "qualified"), ("Won", 100, "won"), ("Lost", 0, "lost"),
    ];

    private IReadOnlyList<Stage>? _stages;

    /// <summary>The stages as somebody has just read them; none means a tenant without a pipeline.</summary>
    public void Know(IReadOnlyList<Stage> stages)
    {
        if (stages.Count > 0) _stages = stages;
    }

    /// <summary>Stages of the default pipeline, in order.</summary>
    public async Task<IReadOnlyList<Stage>> StagesAsync(CancellationToken ct)
    {
        if (_stages is not null) return _stages;
        var stages = await ReadAsync(ct);
        if (stages.Count == 0)
        {
            await CreateDefaultAsync(ct);
            stages = await ReadAsync(ct);
        }
        return _stages = stages;
    }

    /// <summary>The stage where leads begin.</summary>
    public async Task<Stage> FirstAsync(CancellationToken ct) => (await StagesAsync(ct))[0];

    /// <summary>A stage by id.</summary>
    /// <exception cref="Problem">400 on <c>stageId</c>.</exception>
    public async Task<Stage> FindAsync(Guid id, CancellationToken ct) =>
        (await StagesAsync(ct)).FirstOrDefault(s => s.Id == id) ?? throw Problem.Invalid("stageId", "There is no such stage.");

    /// <summary>The name of a stage.</summary>
    public async Task<string> NameOfAsync(Guid id, CancellationToken ct) => (await StagesAsync(ct)).FirstOrDefault(s => s.Id == id)?.Name ?? "";

    private Task<List<Stage>> ReadAsync(CancellationToken ct) => db.Stages.AsNoTracking().OrderBy(s => s.Position).ToListAsync(ct);

    private async Task CreateDefaultAsync(CancellationToken ct)
    {
        // On a connection of its own, committed at once: whoever creates the first lead must not hold the lock for the rest.
        var tenant = db.Caller.TenantId;
        await using var transaction = await database.BeginAsync(tenant, ct);
        var pipeline = Guid.CreateVersion7();
        var added = await transaction.ExecuteAsync(
            "insert into pipeline (tenant_id, id, name, is_default) values ($1, $2, 'Sales', true) on conflict do nothing", [tenant, pipeline], ct);
        if (added == 0) return; // somebody else has just done it
        await using var stages = transaction.Command("""
            insert into stage (tenant_id, id, pipeline_id, name, position, probability, status)
            select $1, s.id, $2, s.name, s.position, s.probability, s.status
            from unnest($3::uuid[], $4::text[], $5::int[], $6::int[], $7::text[]) as s (id, name, position, probability, status)
            """,
            tenant, pipeline, Standard.Select(_ => Guid.CreateVersion7()).ToArray(), Standard.Select(s => s.Name).ToArray(),
            Enumerable.Range(0, Standard.Length).ToArray(), Standard.Select(s => s.Probability).ToArray(), Standard.Select(s => s.Status).ToArray());
        await stages.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }
}

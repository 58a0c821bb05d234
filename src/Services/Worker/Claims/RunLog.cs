using NpgsqlTypes;
using Tideline.Platform.Data;

namespace Tideline.Worker.Claims;

/// <summary>Writes lines about runs.</summary>
internal static class RunLog
{
    private const string Sql = """
        insert into job_log (tenant_id, job_id, attempt, at, text)
        select l.tenant_id, l.job_id, l.attempt, coalesce(l.at, clock_timestamp()), l.text
        from unnest($1, $2, $3, $4, $5) with ordinality as l (tenant_id, job_id, attempt, at, text, n) order by l.n
        """;

    /// <summary>A line; without a time, the database's clock says when.</summary>
    public sealed record Line(Guid Tenant, Guid Job, int Attempt, DateTimeOffset? At, string Text);

    public static async Task WriteAsync(ServiceTransaction transaction, IEnumerable<Line> lines, CancellationToken ct)
    {
        var all = lines.ToList();
        if (all.Count == 0) return;
        await using var command = transaction.Command(Sql,
            all.Select(l => l.Tenant).ToArray(), all.Select(l => l.Job).ToArray(), all.Select(l => l.Attempt).ToArray());
        command.Parameters.Add(new() { Value = all.Select(l => l.At?.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = all.Select(l => Texts.Fit(l.Text, Texts.MaxError)!).ToArray() });
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>What comes from handlers is cut to what the table and a reader can take.</summary>
internal static class Texts
{
    public const int MaxError = 4000;
    public const int MaxLine = 500;

    public static string? Fit(string? text, int max)
    {
        if (text is null) return null;
        var clean = text.Replace("\0", "", StringComparison.Ordinal);
        if (clean.Length <= max) return clean;
        // Not between the halves of a surrogate pair.
        return clean[..(char.IsHighSurrogate(clean[max - 2]) ? max - 2 : max - 1)] + "…";
    }

    public static double? Percent(double? value) => value is { } v && double.IsFinite(v) ? Math.Clamp(v, 0, 100) : null;
}

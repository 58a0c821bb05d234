using System.Text.Json;
using Tideline.Platform.Data;

namespace Tideline.Assignment.Rules;

/// <summary>If the lead is like this, somebody of that pool gets it. Rules are tried in order; the first that matches decides.</summary>
internal sealed class Rule : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public required bool Enabled { get; set; }
    public required int Position { get; set; }
    public required List<Condition> Conditions { get; set; }
    /// <summary><c>round_robin</c> or <c>least_loaded</c>.</summary>
    public required string Strategy { get; set; }
    public required Guid PoolId { get; set; }
    public uint Version { get; private set; }
}

/// <summary>One condition of a rule; all must hold.</summary>
/// <param name="Field">source, country, stage, company, email, value, status, or custom.NAME.</param>
/// <param name="Op">eq, neq, in, contains, startsWith, exists, gt or lt.</param>
/// <param name="Value">Text or number; a list for <c>in</c>; true or false for <c>exists</c>.</param>
public sealed record Condition(string Field, string Op, JsonElement Value);

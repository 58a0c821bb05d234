using System.Text.Json;
using Tideline.Platform.Data;

namespace Tideline.Leads.Timeline;

/// <summary>One line of a lead's timeline. Never changed.</summary>
internal sealed class LeadActivity : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid LeadId { get; init; }
    public required string Type { get; init; }
    public required DateTimeOffset At { get; init; }
    public Guid? ActorId { get; init; }
    /// <summary><c>user</c>, <c>system</c> or <c>import</c>.</summary>
    public required string ActorKind { get; init; }
    public required string Summary { get; init; }
    /// <summary>JSON array of <see cref="FieldChange"/>.</summary>
    public string? Changes { get; init; }
    /// <summary>JSON object, by type.</summary>
    public string? Data { get; init; }

    public static string? ChangesJson(IReadOnlyList<FieldChange> changes) =>
        changes.Count == 0 ? null : JsonSerializer.Serialize(changes, JsonSerializerOptions.Web);
}

/// <summary>One field before and after.</summary>
public sealed record FieldChange(string Field, string? Before, string? After);

using Tideline.Platform.Data;

namespace Tideline.Notifications.Inbox;

/// <summary>Something that a user of the console should know.</summary>
internal sealed class InboxItem : ITenantOwned
{
    public const string LeadsAssigned = "leads_assigned";
    public const string ImportFinished = "import_completed";

    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid UserId { get; init; }
    public required string Kind { get; init; }
    public required string Title { get; set; }
    public required string Body { get; set; }
    /// <summary>A path in the console.</summary>
    public string? Link { get; set; }
    /// <summary>How many things it tells of.</summary>
    public int Count { get; set; } = 1;
    public List<string> Names { get; set; } = [];
    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? ReadAt { get; set; }
}

/// <summary>Leads given to an agent of which no e-mail has told yet.</summary>
internal sealed class AssignmentDigest : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid UserId { get; init; }
    public required int Count { get; set; }
    public required Guid LeadId { get; init; }
    public required string Reason { get; init; }
    public required List<string> Names { get; set; }
}

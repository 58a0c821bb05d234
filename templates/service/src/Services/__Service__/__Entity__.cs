using Tideline.Platform.Data;

namespace Tideline.__Service__;

internal sealed class __Entity__ : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public string? Notes { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public uint Version { get; private set; }
}

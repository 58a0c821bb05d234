using Tideline.Platform.Data;

namespace Tideline.Assignment.Pools;

/// <summary>People among whom leads are shared out.</summary>
internal sealed class Pool : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public uint Version { get; private set; }
}

/// <summary>A person in a pool.</summary>
internal sealed class PoolMember : ITenantOwned
{
    public required Guid TenantId { get; init; }
    public required Guid PoolId { get; init; }
    public required Guid UserId { get; init; }
    /// <summary>Share relative to the others.</summary>
    public required int Weight { get; set; }
    /// <summary>Open leads at which the person gets no more; without limit when absent.</summary>
    public int? Capacity { get; set; }
    public required bool Available { get; set; }
    /// <summary>What the round robin owes the member in its round. The sum over those who take part stays zero.</summary>
    public int Owed { get; set; }
    /// <summary>Who takes part in that round, as a mark.</summary>
    public long Round { get; set; }
    /// <summary>Number of the last turn in the pool; 0 before the first.</summary>
    public long LastTurn { get; set; }
}

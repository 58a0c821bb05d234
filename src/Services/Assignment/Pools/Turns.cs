using System.Buffers.Binary;

namespace Tideline.Assignment.Pools;

/// <summary>
/// Who is next. Works on members that the caller has locked, and changes their state, so that decisions of any number of processes form one row.
/// </summary>
internal static class Turns
{
    /// <summary>
    /// Smooth weighted round robin among those who can take a lead: everybody is owed their weight, the one who is owed most gets it and pays for all; among
    /// equals, whose last turn is longest ago. With equal weights it is a strict rotation, so within any run of leads no two members who can take leads all the
    /// while differ by more than one. When others can take leads than before, a new round begins: what was owed in a round of ten means a row of turns in a round of two.
    /// </summary>
    public static PoolMember? RoundRobin(IReadOnlyList<PoolMember> members, IReadOnlyDictionary<Guid, int> load)
    {
        var free = members.Where(m => IsFree(m, load)).OrderBy(m => m.UserId).ToList();
        if (free.Count == 0) return null;
        var round = RoundOf(free);
        if (free.Any(m => m.Round != round)) foreach (var member in free) (member.Round, member.Owed) = (round, 0);
        foreach (var member in free) member.Owed += member.Weight;
        var next = free.OrderByDescending(m => m.Owed).ThenBy(m => m.LastTurn).ThenBy(m => m.UserId).First();
        next.Owed -= free.Sum(m => m.Weight);
        return Served(next, members);
    }

    /// <summary>The member with the fewest open leads for their weight; among equals, whose last turn is longest ago.</summary>
    public static PoolMember? LeastLoaded(IReadOnlyList<PoolMember> members, IReadOnlyDictionary<Guid, int> load)
    {
        var free = members.Where(m => IsFree(m, load)).ToList();
        if (free.Count == 0) return null;
        // Compared as cross products: no fraction is ever rounded.
        var least = free.Aggregate((a, b) => (long)Load(b, load) * a.Weight < (long)Load(a, load) * b.Weight ? b : a);
        var equal = free.Where(m => (long)Load(m, load) * least.Weight == (long)Load(least, load) * m.Weight);
        return Served(equal.OrderBy(m => m.LastTurn).ThenBy(m => m.UserId).First(), members);
    }

    private static PoolMember Served(PoolMember next, IReadOnlyList<PoolMember> members)
    {
        next.LastTurn = members.Max(m => m.LastTurn) + 1;
        return next;
    }

    // Who takes part, and with which weights; the same in every process.
    private static long RoundOf(IReadOnlyList<PoolMember> free)
    {
        var mark = 14695981039346656037UL;
        Span<byte> bytes = stackalloc byte[20];
        foreach (var member in free)
        {
            member.UserId.TryWriteBytes(bytes);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], member.Weight);
            foreach (var b in bytes) mark = (mark ^ b) * 1099511628211UL;
        }
        return (long)mark;
    }

    private static bool IsFree(PoolMember member, IReadOnlyDictionary<Guid, int> load) =>
        member.Available && (member.Capacity is not { } capacity || Load(member, load) < capacity);

    private static int Load(PoolMember member, IReadOnlyDictionary<Guid, int> load) => load.GetValueOrDefault(member.UserId);
}

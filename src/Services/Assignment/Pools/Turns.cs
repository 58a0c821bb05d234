namespace Tideline.Assignment.Pools;

/// <summary>
/// Who is next. Works on members that the caller has locked, and changes their state, so that decisions of any number of processes form one row.
/// </summary>
internal static class Turns
{
    /// <summary>
    /// Smooth weighted round robin: everybody who can take a lead is owed their weight, the one who is owed most gets it and pays for all. With equal weights it
    /// is a strict rotation, so within any run of leads no two members differ by more than one.
    /// </summary>
    public static PoolMember? RoundRobin(IReadOnlyList<PoolMember> members, IReadOnlyDictionary<Guid, int> load)
    {
        var free = members.Where(m => IsFree(m, load)).ToList();
        if (free.Count == 0) return null;
        foreach (var member in free) member.Owed += member.Weight;
        var next = free.OrderByDescending(m => m.Owed).ThenBy(m => m.UserId).First();
        next.Owed -= free.Sum(m => m.Weight);
        return next;
    }

    /// <summary>The member with the fewest open leads for their weight; among equals, by turns.</summary>
    public static PoolMember? LeastLoaded(IReadOnlyList<PoolMember> members, IReadOnlyDictionary<Guid, int> load)
    {
        var free = members.Where(m => IsFree(m, load)).ToList();
        if (free.Count == 0) return null;
        // Compared as cross products: no fraction is ever rounded.
        var least = free.Aggregate((a, b) => (long)Load(b, load) * a.Weight < (long)Load(a, load) * b.Weight ? b : a);
        var equal = free.Where(m => (long)Load(m, load) * least.Weight == (long)Load(least, load) * m.Weight).ToList();
        return RoundRobin(equal, load);
    }

    private static bool IsFree(PoolMember member, IReadOnlyDictionary<Guid, int> load) =>
        member.Available && (member.Capacity is not { } capacity || Load(member, load) < capacity);

    private static int Load(PoolMember member, IReadOnlyDictionary<Guid, int> load) => load.GetValueOrDefault(member.UserId);
}

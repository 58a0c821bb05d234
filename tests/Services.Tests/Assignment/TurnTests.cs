using Tideline.Assignment.Pools;

namespace Tideline.Services.Tests.Assignment;

/// <summary>Whose turn it is: the arithmetic alone.</summary>
public sealed class TurnTests
{
    private static readonly Dictionary<Guid, int> NoLoad = [];

    [Fact]
    public void Over_any_run_of_leads_equal_members_differ_by_one_at_most()
    {
        foreach (var size in new[] { 1, 2, 3, 7, 20 })
        {
            var members = Pool(size);
            var served = Serve(members, 1000);
            for (var from = 0; from < served.Count; from++) Fair(members, served.Skip(from).Take(3 * size + 1));
            Fair(members, served);
        }
    }

    [Fact]
    public void It_stays_so_whoever_comes_and_goes_between_the_runs()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var members = Pool(random.Next(2, 12));
            for (var shift = 0; shift < 8; shift++)
            {
                foreach (var member in members) member.Available = random.Next(3) > 0;
                if (random.Next(4) == 0) members.Add(Member());
                if (random.Next(4) == 0 && members.Count > 2) members.RemoveAt(random.Next(members.Count));
                var there = members.Where(m => m.Available).ToList();
                var served = Serve(members, random.Next(1, 30));
                for (var length = 1; length <= served.Count; length++)
                    for (var from = 0; from + length <= served.Count; from++) Fair(there, served.Skip(from).Take(length));
            }
        }
    }

    [Fact]
    public void Weights_are_kept_exactly_and_smoothly()
    {
        var random = new Random(11);
        for (var round = 0; round < 100; round++)
        {
            var members = Pool(random.Next(2, 8));
            foreach (var member in members) member.Weight = random.Next(1, 9);
            var whole = members.Sum(m => m.Weight);
            for (var turn = 0; turn < 3; turn++)
            {
                var served = Serve(members, whole);
                Assert.All(members, m => Assert.Equal(m.Weight, served.Count(s => s == m.UserId)));
            }
        }
        var (five, one) = (Member(), Member());
        five.Weight = 5;
        // Not five in a row and then one: the one comes in the middle.
        Assert.Equal(2, Serve([five, one], 6).IndexOf(one.UserId));
    }

    [Fact]
    public void Whoever_is_full_or_away_gets_nothing()
    {
        var members = Pool(3);
        (members[0].Available, members[1].Capacity) = (false, 2);
        Assert.All(Serve(members, 10, new() { [members[1].UserId] = 2 }), s => Assert.Equal(members[2].UserId, s));
        members[2].Available = false;
        Assert.Null(Turns.RoundRobin(members, new Dictionary<Guid, int> { [members[1].UserId] = 2 }));
        Assert.Null(Turns.LeastLoaded(members, new Dictionary<Guid, int> { [members[1].UserId] = 2 }));
    }

    [Fact]
    public void The_least_loaded_gets_it_by_weight_and_equals_take_turns()
    {
        var members = Pool(4);
        members[3].Weight = 2;
        var load = members.ToDictionary(m => m.UserId, _ => 0);
        for (var i = 0; i < 100; i++) load[Turns.LeastLoaded(members, load)!.UserId]++;
        Assert.Equal([20, 20, 20, 40], members.Select(m => load[m.UserId]));
        // All have the same for ever: nobody is first each time.
        var equal = Pool(5);
        var served = Enumerable.Range(0, 50).Select(_ => Turns.LeastLoaded(equal, NoLoad)!.UserId).ToList();
        for (var from = 0; from < 50; from++) Fair(equal, served.Skip(from));
    }

    private static List<PoolMember> Pool(int size) => [.. Enumerable.Range(0, size).Select(_ => Member())];

    private static PoolMember Member() => new() { TenantId = Guid.Empty, PoolId = Guid.Empty, UserId = Guid.NewGuid(), Weight = 1, Available = true };

    private static List<Guid> Serve(List<PoolMember> members, int leads, Dictionary<Guid, int>? load = null) =>
        [.. Enumerable.Range(0, leads).Select(_ => Turns.RoundRobin(members, load ?? NoLoad)).Where(m => m is not null).Select(m => m!.UserId)];

    private static void Fair(List<PoolMember> members, IEnumerable<Guid> served)
    {
        var list = served.ToList();
        if (members.Count == 0) return;
        var counts = members.Select(m => list.Count(s => s == m.UserId)).ToList();
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
    }
}

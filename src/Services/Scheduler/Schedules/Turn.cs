namespace Tideline.Scheduler.Schedules;

/// <summary>What a schedule does now: decided from its times, its policy and the moment alone.</summary>
/// <param name="Fires">Times to fire, the oldest first, and which of them were missed.</param>
/// <param name="LeftOut">How many due times are not fired; counted up to a bound.</param>
/// <param name="FirstLeftOut">The first of them.</param>
/// <param name="Next">When it is due again.</param>
internal sealed record Turn(IReadOnlyList<(DateTimeOffset DueAt, bool Missed)> Fires, int LeftOut, DateTimeOffset? FirstLeftOut, DateTimeOffset? Next)
{
    /// <summary>Policy <c>all</c> makes up for at most so many; older ones are left out.</summary>
    public const int MostMadeUpFor = 1000;
    private const int MostCounted = 10_000;

    /// <summary>A fire that is later than this was missed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <param name="recurrence">The schedule's times.</param>
    /// <param name="policy">What to do with missed ones.</param>
    /// <param name="due">The time that it waits for, not after now.</param>
    /// <param name="now">The database's time.</param>
    public static Turn Of(Recurrence recurrence, Misfire policy, DateTimeOffset due, DateTimeOffset now)
    {
        // The first times from the one that it waits for; of a long sleep, not all.
        var times = new List<DateTimeOffset>();
        for (DateTimeOffset? time = due; time <= now && times.Count < MostCounted; time = recurrence.Next(time.Value)) times.Add(time.Value);
        var last = times.Count < MostCounted ? times[^1] : recurrence.LastBetween(due, now) ?? times[^1];
        var next = recurrence.Next(now);
        List<DateTimeOffset> fires = policy switch
        {
            Misfire.Once => [last],
            Misfire.Skip => now - last <= Grace ? [last] : [],
            _ => times.Count <= MostMadeUpFor ? times : LastOnes(times, recurrence, last, now),
        };
        var leftOut = times.Count - fires.Count;
        return new Turn([.. fires.Select(f => (f, now - f > Grace))], leftOut, leftOut > 0 ? times[0] : null, next);
    }

    private static List<DateTimeOffset> LastOnes(List<DateTimeOffset> times, Recurrence recurrence, DateTimeOffset last, DateTimeOffset now)
    {
        if (times.Count < MostCounted) return times[^MostMadeUpFor..];
        // More than could be counted: walk back in windows until enough are in one.
        for (var window = TimeSpan.FromMinutes(2); ; window *= 2)
        {
            var found = new List<DateTimeOffset>();
            for (var time = recurrence.Next(last - window); time <= now; time = recurrence.Next(time.Value)) found.Add(time.Value);
            if (found.Count >= MostMadeUpFor) return found[^MostMadeUpFor..];
        }
    }
}

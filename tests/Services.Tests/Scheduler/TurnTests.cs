using Tideline.Scheduler.Schedules;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>What a schedule does at a moment, with any clock.</summary>
public sealed class TurnTests
{
    private static readonly DateTimeOffset Nine = new(2026, 6, 1, 9, 0, 0, TimeSpan.Zero);
    private static readonly Recurrence EveryFiveMinutes = Recurrence.Of("*/5 * * * *", null, "UTC", Nine);

    [Theory]
    [InlineData("Once", 1, 36)]
    [InlineData("All", 37, 0)]
    [InlineData("Skip", 1, 36)] // the last is in time
    public void After_three_hours_the_policy_decides(string policy, int fires, int leftOut)
    {
        var turn = Turn.Of(EveryFiveMinutes, Enum.Parse<Misfire>(policy), Nine, Nine.AddHours(3));
        Assert.Equal((fires, leftOut), (turn.Fires.Count, turn.LeftOut));
        Assert.Equal(Nine.AddHours(3), turn.Fires[^1].DueAt);
        Assert.Equal(Nine.AddHours(3).AddMinutes(5), turn.Next);
    }

    [Theory]
    [InlineData("Once", 1)]
    [InlineData("All", 1)]
    [InlineData("Skip", 0)]
    public void One_that_is_late_was_missed(string policy, int fires)
    {
        var turn = Turn.Of(EveryFiveMinutes, Enum.Parse<Misfire>(policy), Nine, Nine.AddMinutes(4));
        Assert.Equal(fires, turn.Fires.Count);
        Assert.All(turn.Fires, f => Assert.True(f.Missed));
        Assert.Equal(fires == 0 ? Nine : null, turn.FirstLeftOut);
        Assert.Equal(Nine.AddMinutes(5), turn.Next);
    }

    [Theory]
    [InlineData("Once")]
    [InlineData("All")]
    [InlineData("Skip")]
    public void In_time_all_policies_fire(string policy)
    {
        var turn = Turn.Of(EveryFiveMinutes, Enum.Parse<Misfire>(policy), Nine, Nine.AddMilliseconds(200));
        Assert.Equal((Nine, false), Assert.Single(turn.Fires));
        Assert.Equal((0, Nine.AddMinutes(5)), (turn.LeftOut, turn.Next!.Value));
    }

    [Fact]
    public void A_schedule_of_every_second_that_slept_for_a_month_does_not_take_a_month()
    {
        var recurrence = Recurrence.Of("* * * * * *", null, "Europe/Berlin", Nine);
        var now = Nine.AddDays(30).AddMilliseconds(10);
        Assert.Equal(now.AddMilliseconds(-10), Assert.Single(Turn.Of(recurrence, Misfire.Once, Nine, now).Fires).DueAt);
        var all = Turn.Of(recurrence, Misfire.All, Nine, now);
        Assert.Equal(Turn.MostMadeUpFor, all.Fires.Count);
        Assert.Equal((now.AddMilliseconds(-10).AddSeconds(1 - Turn.MostMadeUpFor), now.AddMilliseconds(-10)), (all.Fires[0].DueAt, all.Fires[^1].DueAt));
        Assert.Equal(Nine, all.FirstLeftOut);
    }

    [Fact]
    public void A_distance_is_counted_from_its_anchor()
    {
        var recurrence = Recurrence.Of(null, 90, "UTC", Nine);
        Assert.Equal(Nine.AddSeconds(90), recurrence.Next(Nine));
        Assert.Equal(Nine.AddSeconds(180), recurrence.Next(Nine.AddSeconds(90)));
        Assert.Equal(Nine.AddSeconds(180), recurrence.Next(Nine.AddSeconds(179.9)));
        // Late by a second once: the times stay where they were.
        var turn = Turn.Of(recurrence, Misfire.Once, Nine.AddSeconds(90), Nine.AddSeconds(91));
        Assert.Equal(Nine.AddSeconds(180), turn.Next);
        Assert.Equal(Nine.AddSeconds(900), recurrence.LastBetween(Nine, Nine.AddSeconds(989)));
        Assert.Null(recurrence.LastBetween(Nine.AddSeconds(91), Nine.AddSeconds(120)));
    }
}

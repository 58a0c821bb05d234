using NodaTime;
using NodaTime.Text;
using Tideline.Scheduler.Cron;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>Cron expressions, most of all where clocks change.</summary>
public sealed class CronTests
{
    [Theory]
    // A day that has no 02:30 (Europe/Berlin 29 March 2026, 02:00 → 03:00): once, at the end of the gap.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z")]
    [InlineData("0,15,30,45 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z")]
    // The gap's end is a time of the expression itself: still once.
    [InlineData("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z 2026-03-30T01:00:00Z")]
    // A day that has 02:30 twice (25 October 2026, 03:00 → 02:00): the first only.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    // Intervals go on by elapsed time.
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:29:00Z", "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z 2026-03-29T01:30:00Z")]
    [InlineData("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z 2026-10-25T01:00:00Z 2026-10-25T01:30:00Z 2026-10-25T02:00:00Z")]
    [InlineData("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z 2026-10-25T02:30:00Z")]
    [InlineData("0 */2 * * *", "Europe/Berlin", "2026-03-28T23:30:00Z", "2026-03-29T02:00:00Z 2026-03-29T04:00:00Z")]
    [InlineData("0 */2 * * *", "Europe/Berlin", "2026-10-24T22:30:00Z", "2026-10-25T00:00:00Z 2026-10-25T01:00:00Z 2026-10-25T03:00:00Z")]
    // New York: 8 March 2026, 02:00 → 03:00; 1 November 2026, 02:00 → 01:00.
    [InlineData("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z 2026-03-09T06:30:00Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z 2026-11-02T06:30:00Z")]
    [InlineData("30 3 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:30:00Z 2026-03-09T07:30:00Z")]
    // Lord Howe changes by half an hour: 4 October 2026, 02:00 → 02:30; 5 April 2026, 02:00 → 01:30.
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z")]
    [InlineData("45 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:45:00Z 2026-10-04T15:45:00Z")]
    [InlineData("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z 2026-04-05T15:15:00Z")]
    [InlineData("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04T14:30:00Z", "2026-04-04T14:45:00Z 2026-04-04T15:00:00Z 2026-04-04T15:15:00Z 2026-04-04T15:30:00Z")]
    // Apia had no 30 December 2011.
    [InlineData("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z 2012-12-29T22:00:00Z")]
    // Midnight may be what is missing (Cairo, 24 April 2026, 00:00 → 01:00).
    [InlineData("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00:00Z", "2026-04-23T22:00:00Z 2026-04-24T21:00:00Z")]
    public void Fires_where_clocks_change(string expression, string zone, string after, string expected)
    {
        var cron = CronExpression.Parse(expression);
        var found = new List<string>();
        var time = InstantPattern.General.Parse(after).Value;
        for (var i = expected.Count(c => c == ' '); i >= 0; i--)
        {
            time = cron.Next(time, DateTimeZoneProviders.Tzdb[zone])!.Value;
            found.Add(InstantPattern.General.Format(time));
        }
        Assert.Equal(expected, string.Join(' ', found));
    }

    [Theory]
    [InlineData("0 0 13 * 5", "2026-02-01T00:00:00Z", "2026-02-06T00:00:00Z 2026-02-13T00:00:00Z 2026-02-20T00:00:00Z")] // either day field
    [InlineData("0 0 13 * *", "2026-02-01T00:00:00Z", "2026-02-13T00:00:00Z 2026-03-13T00:00:00Z")]
    [InlineData("0 0 */2 * mon", "2026-02-01T00:00:00Z", "2026-02-09T00:00:00Z 2026-02-23T00:00:00Z")] // a star in one: both
    [InlineData("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z 2032-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 9 * * mon-fri", "2026-02-06T10:00:00Z", "2026-02-09T09:00:00Z")]
    [InlineData("0 9 * JAN,Dec 7", "2026-02-01T00:00:00Z", "2026-12-06T09:00:00Z")]
    [InlineData("5/20 0 * * *", "2026-02-01T00:00:00Z", "2026-02-01T00:05:00Z 2026-02-01T00:25:00Z 2026-02-01T00:45:00Z 2026-02-02T00:05:00Z")]
    [InlineData("*/20 * * * * *", "2026-02-01T00:00:00Z", "2026-02-01T00:00:20Z 2026-02-01T00:00:40Z 2026-02-01T00:01:00Z")]
    [InlineData("30 59 23 31 12 ?", "2026-02-01T00:00:00Z", "2026-12-31T23:59:30Z 2027-12-31T23:59:30Z")]
    [InlineData("@monthly", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [InlineData("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z 2026-05-31T00:00:00Z")]
    public void Reads_fields(string expression, string after, string expected) => Fires_where_clocks_change(expression, "Etc/UTC", after, expected);

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("a * * * *")]
    [InlineData("* * L * *")]
    [InlineData("99999999999999 * * * *")]
    public void Refuses_what_is_no_expression(string expression) => Assert.Throws<FormatException>(() => CronExpression.Parse(expression));

    [Fact]
    public void What_never_happens_has_no_next_time() =>
        Assert.Null(CronExpression.Parse("0 0 30 2 *").Next(Instant.FromUtc(2026, 1, 1, 0, 0), DateTimeZoneProviders.Tzdb["Europe/Berlin"]));
}

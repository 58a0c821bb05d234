using System.Globalization;
using NodaTime;
using Tideline.Scheduler.Cron;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>
/// The evaluator against another one that knows nothing of fields, jumps or intervals: it walks through thirteen months minute by minute, looks at
/// the wall clock, remembers what it has lived through, and applies the rules as they are written down.
/// </summary>
public sealed class CronOracleTests
{
    private static readonly string[] Zones =
    [
        "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Santiago", "Pacific/Chatham", "Etc/UTC", "Asia/Gaza",
    ];

    private static readonly string[] Expressions =
    [
        "30 2 * * *", "0 2 * * *", "0,15,30,45 2 * * *", "0 2,3 * * *", "59 1 * * *", "30 1 * * *", "0 0 * * *", "*/30 2 * * *", "*/7 * * * *", "15 */3 * * *", "5 * * * 0",
        "0 12 13 * 5", "0 12 */2 * 1", "45 23 28-31 * *", "10-50/20 1-3 * 3,10,11 *", "0 3 * * sun", "17 2 1-7 * sun", "0 0 1 * *",
    ];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var zone in Zones)
            foreach (var expression in Expressions) cases.Add(zone, expression);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_the_minute_by_minute_oracle(string zoneId, string expression)
    {
        Instant from = Instant.FromUtc(2025, 12, 31, 11, 0), until = Instant.FromUtc(2027, 2, 1, 0, 0);
        var zone = DateTimeZoneProviders.Tzdb[zoneId];
        var cron = CronExpression.Parse(expression);
        var found = new List<Instant>();
        for (var time = cron.Next(from, zone); time < until; time = cron.Next(time.Value, zone)) found.Add(time.Value);
        Assert.Equal(Oracle(expression, zone, from, until), found);
    }

    private static List<Instant> Oracle(string expression, DateTimeZone zone, Instant from, Instant until)
    {
        var fields = expression.Split(' ').Select(Values).ToArray();
        string[] raw = expression.Split(' ');
        var followsElapsedTime = raw[0][0] == '*' || raw[1][0] == '*';
        var fires = new List<Instant>();
        // Begins a day early, to know which wall-clock minutes have been lived through.
        var latest = LocalDateTime.MinIsoValue;
        LocalDateTime? previous = null;
        for (var now = from - Duration.FromDays(1); now < until; now += Duration.FromMinutes(1))
        {
            var wall = now.InZone(zone).LocalDateTime;
            var fire = false;
            if (followsElapsedTime) fire = Matches(wall);
            else
            {
                // Minutes that the wall clock left out between the last look and this one.
                for (var skipped = previous?.PlusMinutes(1) ?? wall; skipped < wall; skipped = skipped.PlusMinutes(1)) fire |= skipped > latest && Matches(skipped);
                fire |= wall > latest && Matches(wall);
            }
            if (fire && now > from) fires.Add(now);
            if (wall > latest) latest = wall;
            previous = wall;
        }
        return fires;

        bool Matches(LocalDateTime wall)
        {
            var dom = fields[2].Contains(wall.Day);
            var dow = fields[4].Contains((int)wall.DayOfWeek % 7) || (wall.DayOfWeek == IsoDayOfWeek.Sunday && fields[4].Contains(7));
            var day = raw[2][0] == '*' || raw[4][0] == '*' ? dom && dow : dom || dow;
            return day && fields[0].Contains(wall.Minute) && fields[1].Contains(wall.Hour) && fields[3].Contains(wall.Month);
        }
    }

    private static HashSet<int> Values(string field, int position)
    {
        int[] min = [0, 0, 1, 1, 0], max = [59, 23, 31, 12, 7];
        var values = new HashSet<int>();
        foreach (var item in field.Replace("sun", "0", StringComparison.Ordinal).Split(','))
        {
            var parts = item.Split('/');
            var step = parts.Length > 1 ? Number(parts[1]) : 1;
            var bounds = parts[0] == "*" ? [min[position], max[position]] : parts[0].Split('-').Select(Number).ToArray();
            for (var value = bounds[0]; value <= bounds[^1]; value++)
                if ((value - bounds[0]) % step == 0) values.Add(value);
        }
        return values;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}

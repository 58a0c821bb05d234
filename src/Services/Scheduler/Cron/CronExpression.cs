using NodaTime;

namespace Tideline.Scheduler.Cron;

/// <summary>
/// A cron expression as Vixie's cron understands it: minute, hour, day of month, month, day of week, with an optional field for seconds in
/// front. When both day fields are restricted, either may match.
/// </summary>
internal sealed class CronExpression
{
    private const int GiveUpAfterYears = 30; // more than the longest distance between two leap years whose 29 February is a given weekday
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly CronField _second, _minute, _hour, _dayOfMonth, _month, _dayOfWeek;

    private CronExpression(CronField[] fields)
    {
        (_second, _minute, _hour, _dayOfMonth, _month) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        // 7 is Sunday, too.
        _dayOfWeek = fields[5] with { Bits = (fields[5].Bits | fields[5].Bits >> 7) & 0x7f };
    }

    /// <summary>
    /// Runs by elapsed time rather than at times of day: a star in the hour or minute field. A change of the clock neither adds to it nor takes
    /// from it: <c>*/5 * * * *</c> goes on every five minutes.
    /// </summary>
    public bool IsInterval => _minute.IsStar || _hour.IsStar;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="FormatException">With a message for people.</exception>
    public static CronExpression Parse(string text)
    {
        var expanded = text.Trim().ToLowerInvariant() switch
        {
            "@hourly" => "0 * * * *",
            "@daily" or "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" or "@annually" => "0 0 1 1 *",
            var plain => plain,
        };
        var parts = expanded.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (5 or 6)) throw new FormatException("Must have five fields (minute, hour, day of month, month, day of week), or six with seconds in front.");
        if (parts.Length == 5) parts = ["0", .. parts];
        return new CronExpression(
        [
            CronField.Parse(parts[0], "second", 0, 59),
            CronField.Parse(parts[1], "minute", 0, 59),
            CronField.Parse(parts[2], "hour", 0, 23),
            CronField.Parse(parts[3], "day of month", 1, 31),
            CronField.Parse(parts[4], "month", 1, 12, Months),
            CronField.Parse(parts[5], "day of week", 0, 7, Days),
        ]);
    }

    /// <summary>The first time after the given one; null when there is none in thirty years.</summary>
    public Instant? Next(Instant after, DateTimeZone zone)
    {
        var interval = zone.GetZoneInterval(after);
        // Strictly after, in whole seconds.
        var from = Second(interval, after).PlusSeconds(1);
        for (var limit = after + Duration.FromDays(366 * GiveUpAfterYears); ; from = interval.HasStart ? interval.IsoLocalStart : from)
        {
            if (InInterval(interval, from, zone, after) is { } found) return found;
            if (!interval.HasEnd || interval.End > limit) return null;
            interval = zone.GetZoneInterval(interval.End);
        }
    }

    /// <summary>The first time within a stretch of constant offset, from a local time on.</summary>
    private Instant? InInterval(NodaTime.TimeZones.ZoneInterval interval, LocalDateTime from, DateTimeZone zone, Instant after)
    {
        if (!IsInterval && interval.HasStart)
        {
            var before = zone.GetZoneInterval(interval.Start - Duration.Epsilon).IsoLocalEnd;
            // The clock went forward: what it jumped over happens at once, at the end of the gap.
            if (before < interval.IsoLocalStart && interval.Start > after && NextLocal(before) < interval.IsoLocalStart) return interval.Start;
            // The clock went back: what comes a second time has happened already.
            if (before > from) from = before;
        }
        var local = NextLocal(from);
        if (local is null || (interval.HasEnd && local >= interval.IsoLocalEnd)) return null;
        return local.Value.WithOffset(interval.WallOffset).ToInstant();
    }

    /// <summary>The first local time of the expression that is not before the given one.</summary>
    internal LocalDateTime? NextLocal(LocalDateTime from)
    {
        var date = from.Date;
        var (hour, minute, second) = (from.Hour, from.Minute, from.Second);
        for (var last = date.Year + GiveUpAfterYears; date.Year <= last;)
        {
            if (!_month.Has(date.Month))
            {
                (date, hour, minute, second) = (date.With(DateAdjusters.StartOfMonth).PlusMonths(1), 0, 0, 0);
                continue;
            }
            if (HasDay(date) && TimeFrom(hour, minute, second) is { } time) return date + time;
            (date, hour, minute, second) = (date.PlusDays(1), 0, 0, 0);
        }
        return null;
    }

    private LocalTime? TimeFrom(int hour, int minute, int second)
    {
        for (var h = _hour.From(hour); h >= 0; h = _hour.From(h + 1))
        {
            if (h > hour) (minute, second) = (0, 0);
            for (var m = _minute.From(minute); m >= 0; m = _minute.From(m + 1))
            {
                if (h > hour || m > minute) second = 0;
                if (_second.From(second) is >= 0 and var s) return new LocalTime(h, m, s);
            }
        }
        return null;
    }

    private bool HasDay(LocalDate date)
    {
        var dayOfMonth = _dayOfMonth.Has(date.Day);
        var dayOfWeek = _dayOfWeek.Has((int)date.DayOfWeek % 7);
        return _dayOfMonth.IsStar || _dayOfWeek.IsStar ? dayOfMonth && dayOfWeek : dayOfMonth || dayOfWeek;
    }

    private static LocalDateTime Second(NodaTime.TimeZones.ZoneInterval interval, Instant instant)
    {
        var local = instant.WithOffset(interval.WallOffset).LocalDateTime;
        return local.Date + new LocalTime(local.Hour, local.Minute, local.Second);
    }
}

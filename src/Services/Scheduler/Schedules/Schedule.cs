using NodaTime;
using Tideline.Platform.Data;
using Tideline.Scheduler.Cron;

namespace Tideline.Scheduler.Schedules;

/// <summary>What becomes of times that passed while nothing could fire.</summary>
internal enum Misfire
{
    /// <summary>One fire stands for all of them.</summary>
    Once,
    /// <summary>Each is made up for, up to a bound.</summary>
    All,
    /// <summary>None: the next time in the future is the next.</summary>
    Skip,
}

/// <summary>Something that repeats.</summary>
internal sealed class Schedule : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required string Name { get; set; }
    public string? Cron { get; set; }
    public int? EverySeconds { get; set; }
    public required string TimeZone { get; set; }
    public string? Event { get; set; }
    public string? Job { get; set; }
    public string? Payload { get; set; }
    public Misfire Misfire { get; set; }
    public bool Paused { get; set; }
    public required DateTimeOffset Anchor { get; set; }
    public DateTimeOffset? NextFireAt { get; set; }
    public DateTimeOffset? LastFireAt { get; set; }
    public required DateTimeOffset CreatedAt { get; init; }
    public uint Version { get; set; } = 1;

    public Target Target => new(Event, Job, Payload);

    public Recurrence Recurrence => Recurrence.Of(Cron, EverySeconds, TimeZone, Anchor);
}

internal enum ExecutionKind
{
    /// <summary>In time.</summary>
    Due,
    /// <summary>Made up for afterwards.</summary>
    Missed,
    /// <summary>By hand.</summary>
    Manual,
    /// <summary>Passed without a fire, as the policy says.</summary>
    Skipped,
}

/// <summary>What a schedule did at a time.</summary>
internal sealed class Execution : ITenantOwned
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required Guid TenantId { get; init; }
    public required Guid ScheduleId { get; init; }
    public required ExecutionKind Kind { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public required DateTimeOffset FiredAt { get; init; }
    public int LeftOut { get; init; }
}

/// <summary>The times of a schedule: by cron in a time zone, or in steps from an anchor.</summary>
internal sealed class Recurrence
{
    private readonly CronExpression? _cron;
    private readonly DateTimeZone _zone;
    private readonly long _every;
    private readonly DateTimeOffset _anchor;

    private Recurrence(CronExpression? cron, DateTimeZone zone, int every, DateTimeOffset anchor) => (_cron, _zone, _every, _anchor) = (cron, zone, every, anchor);

    /// <exception cref="FormatException">The expression cannot be read, or the zone is unknown.</exception>
    public static Recurrence Of(string? cron, int? everySeconds, string timeZone, DateTimeOffset anchor) => new(
        cron is null ? null : CronExpression.Parse(cron),
        DateTimeZoneProviders.Tzdb.GetZoneOrNull(timeZone) ?? throw new FormatException($"There is no time zone '{timeZone}'."),
        everySeconds ?? 0, anchor);

    /// <summary>The first time after the given one.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_cron is not null) return _cron.Next(Instant.FromDateTimeOffset(after), _zone)?.ToDateTimeOffset();
        if (after < _anchor) return _anchor;
        var steps = (after - _anchor).Ticks / (_every * TimeSpan.TicksPerSecond);
        return _anchor.AddSeconds((steps + 1) * _every);
    }

    /// <summary>The last time that is after one moment and not after another; null when there is none.</summary>
    public DateTimeOffset? LastBetween(DateTimeOffset after, DateTimeOffset until)
    {
        // From the end, in windows that grow: a schedule of every second that slept for a month is not walked through.
        for (var window = TimeSpan.FromMinutes(2); ; window *= 8)
        {
            var from = until - after > window ? until - window : after;
            DateTimeOffset? last = null;
            for (var time = Next(from); time <= until; time = Next(time.Value)) last = time;
            if (last is not null || from == after) return last;
        }
    }
}

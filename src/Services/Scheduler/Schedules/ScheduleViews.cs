using System.Text.Json;

namespace Tideline.Scheduler.Schedules;

/// <summary>A schedule as the API shows it.</summary>
public sealed record ScheduleView(
    Guid Id, string Name, string? Cron, int? EverySeconds, string TimeZone, TargetView Target, string Misfire, bool Paused, DateTimeOffset? NextFireAt,
    DateTimeOffset? LastFireAt, DateTimeOffset CreatedAt, uint Version)
{
    internal static ScheduleView Of(Schedule schedule) => new(
        schedule.Id, schedule.Name, schedule.Cron, schedule.EverySeconds, schedule.TimeZone, TargetView.Of(schedule.Target), schedule.Misfire.ToString().ToLowerInvariant(),
        schedule.Paused, schedule.NextFireAt, schedule.LastFireAt, schedule.CreatedAt, schedule.Version);
}

/// <summary>What a schedule starts.</summary>
public sealed record TargetView(string? Event, string? Job, JsonElement? Payload)
{
    internal static TargetView Of(Target target) => new(target.Event, target.Job, target.Payload is { } payload ? JsonElement.Parse(payload) : null);
}

/// <summary>What a schedule did at a time. <c>leftOut</c>: due times that this one stands for.</summary>
public sealed record ExecutionView(Guid Id, string Kind, DateTimeOffset DueAt, DateTimeOffset FiredAt, double LatenessSeconds, int LeftOut)
{
    internal static ExecutionView Of(Execution execution) => new(
        execution.Id, execution.Kind.ToString().ToLowerInvariant(), execution.DueAt, execution.FiredAt,
        Math.Max(0, Math.Round((execution.FiredAt - execution.DueAt).TotalSeconds, 3)), execution.LeftOut);
}

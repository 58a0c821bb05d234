using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Scheduler.Schedules;

/// <summary>A new schedule: a cron expression or a distance in seconds, and what it starts.</summary>
public sealed record ScheduleInput
{
    /// <summary>What people call it; once in a workspace.</summary>
    [Required, StringLength(100, MinimumLength = 1)] public required string Name { get; init; }
    /// <summary>Five fields, or six with seconds in front.</summary>
    [StringLength(200)] public string? Cron { get; init; }
    /// <summary>Instead of cron.</summary>
    [Range(1, 31_536_000)] public int? EverySeconds { get; init; }
    /// <summary>IANA name; UTC when absent.</summary>
    [StringLength(100)] public string? TimeZone { get; init; }
    /// <summary>What it starts.</summary>
    [Required] public required TargetInput Target { get; init; }
    /// <summary><c>once</c> (default), <c>all</c> or <c>skip</c>.</summary>
    public string? Misfire { get; init; }
    /// <summary>Made paused.</summary>
    public bool Paused { get; init; }
}

/// <summary>Changes to a schedule; what is absent stays. Cron replaces a distance and the other way round.</summary>
public sealed record ScheduleEdit
{
    /// <summary>What people call it.</summary>
    [StringLength(100, MinimumLength = 1)] public string? Name { get; init; }
    /// <summary>Five fields, or six with seconds in front.</summary>
    [StringLength(200)] public string? Cron { get; init; }
    /// <summary>Instead of cron.</summary>
    [Range(1, 31_536_000)] public int? EverySeconds { get; init; }
    /// <summary>IANA name.</summary>
    [StringLength(100)] public string? TimeZone { get; init; }
    /// <summary>What it starts.</summary>
    public TargetInput? Target { get; init; }
    /// <summary><c>once</c>, <c>all</c> or <c>skip</c>.</summary>
    public string? Misfire { get; init; }
}

/// <summary>An event, or a job with its payload.</summary>
public sealed record TargetInput
{
    /// <summary>Name under which <c>schedule.due</c> is published, with owner <c>schedules</c>.</summary>
    [StringLength(200)] public string? Event { get; init; }
    /// <summary>A job type. Needs the permission <c>worker:write</c>, too.</summary>
    [StringLength(200)] public string? Job { get; init; }
    /// <summary>The job's payload, an object.</summary>
    public JsonElement? Payload { get; init; }
}

/// <summary>What the attributes cannot say.</summary>
internal static partial class ScheduleChecks
{
    private const int MaxPayload = 64 * 1024;

    public static Misfire Misfire(string? text) => text switch
    {
        null or "once" => Schedules.Misfire.Once,
        "all" => Schedules.Misfire.All,
        "skip" => Schedules.Misfire.Skip,
        _ => throw Problem.Invalid("misfire", "Must be once, all or skip."),
    };

    public static string Name(string name) => string.IsNullOrWhiteSpace(name) ? throw Problem.Invalid("name", "Must not be empty.") : name.Trim();

    /// <summary>Checks expression and zone, and that there is a time at all.</summary>
    public static Recurrence Recurrence(Schedule schedule, DateTimeOffset now)
    {
        if (schedule.Cron is null == schedule.EverySeconds is null) throw Problem.Invalid("cron", "Either cron or everySeconds is needed, and not both.");
        try
        {
            Schedules.Recurrence.Of(null, 1, schedule.TimeZone, now);
        }
        catch (FormatException e)
        {
            throw Problem.Invalid("timeZone", e.Message);
        }
        try
        {
            var recurrence = schedule.Recurrence;
            return recurrence.Next(now) is null ? throw Problem.Invalid("cron", "This never happens.") : recurrence;
        }
        catch (FormatException e)
        {
            throw Problem.Invalid("cron", e.Message);
        }
    }

    public static Target Target(TargetInput input, Caller caller)
    {
        if (input.Event is null == input.Job is null) throw Problem.Invalid("target", "Either event or job is needed, and not both.");
        if (input.Event is { } name)
        {
            if (input.Payload is not null) throw Problem.Invalid("target.payload", "Only a job has a payload.");
            return EventName().IsMatch(name) ? new Target(name, null, null) : throw Problem.Invalid("target.event", "Must be letters, digits, dots, dashes, slashes or colons.");
        }
        if (!JobType().IsMatch(input.Job!)) throw Problem.Invalid("target.job", "Must be a job type such as leads.import.");
        // Whoever schedules a job runs it.
        if (!caller.Can("worker:write"))
            throw new Problem(StatusCodes.Status403Forbidden, "permission_missing", "You need the permission worker:write.", "Jobs can be scheduled only by those who may run them.")
            {
                Extensions = new Dictionary<string, object?> { ["permission"] = "worker:write" },
            };
        var payload = input.Payload is { } given
            ? given.ValueKind == JsonValueKind.Object ? given.GetRawText() : throw Problem.Invalid("target.payload", "Must be an object.")
            : "{}";
        return payload.Length <= MaxPayload ? new Target(null, input.Job, payload) : throw Problem.Invalid("target.payload", $"At most {MaxPayload} characters.");
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._/:-]{1,200}\z")]
    private static partial Regex EventName();

    [GeneratedRegex(@"\A[a-z0-9-]+\.[a-z0-9.-]+\z")]
    private static partial Regex JobType();
}

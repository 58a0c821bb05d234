using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Scheduler.Schedules;

internal static class ScheduleEndpoints
{
    private const int NextTimes = 10;

    public static void MapSchedules(this RouteGroupBuilder api)
    {
        var schedules = api.MapGroup("/schedules").WithTags("Schedules");
        schedules.MapGet("/", List).WithName("listSchedules").Requires("scheduler:read");
        schedules.MapPost("/", Create).WithName("createSchedule").Requires("scheduler:write").Idempotent<SchedulerDb>();
        schedules.MapGet("/{id:guid}", Get).WithName("getSchedule").Requires("scheduler:read");
        schedules.MapPatch("/{id:guid}", Edit).WithName("editSchedule").Requires("scheduler:write");
        schedules.MapDelete("/{id:guid}", Delete).WithName("deleteSchedule").Requires("scheduler:write");
        schedules.MapGet("/{id:guid}/next", Next).WithName("listNextFires").Requires("scheduler:read");
        schedules.MapGet("/{id:guid}/executions", Executions).WithName("listExecutions").Requires("scheduler:read");
        schedules.MapPost("/{id:guid}/run", Run).WithName("runSchedule").Requires("scheduler:write");
        schedules.MapPost("/{id:guid}/pause", Pause).WithName("pauseSchedule").Requires("scheduler:write");
        schedules.MapPost("/{id:guid}/resume", Resume).WithName("resumeSchedule").Requires("scheduler:write");
    }

    /// <summary>The schedules.</summary>
    private static async Task<Ok<Page<ScheduleView>>> List(SchedulerDb db, int? limit, string? cursor, CancellationToken ct)
    {
        var take = Limit.Of(limit);
        var schedules = db.Schedules.AsNoTracking();
        if (Cursor.Id(cursor) is { } after) schedules = schedules.Where(s => s.Id > after);
        var rows = await schedules.OrderBy(s => s.Id).Take(take + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<ScheduleView>.Of([.. rows.Select(ScheduleView.Of)], take, s => [s.Id]));
    }

    /// <summary>Make a schedule.</summary>
    private static async Task<Created<ScheduleView>> Create(ScheduleInput body, SchedulerDb db, HttpContext http, CancellationToken ct)
    {
        var now = await NowAsync(db, ct);
        var target = ScheduleChecks.Target(body.Target, db.Caller);
        var schedule = new Schedule
        {
            TenantId = db.Caller.TenantId,
            Name = ScheduleChecks.Name(body.Name),
            Cron = body.Cron,
            EverySeconds = body.EverySeconds,
            TimeZone = body.TimeZone ?? "UTC",
            Event = target.Event,
            Job = target.Job,
            Payload = target.Payload,
            Misfire = ScheduleChecks.Misfire(body.Misfire),
            Paused = body.Paused,
            Anchor = now,
            CreatedAt = now,
        };
        var recurrence = ScheduleChecks.Recurrence(schedule, now);
        if (!schedule.Paused) schedule.NextFireAt = recurrence.Next(now);
        db.Add(schedule);
        await SaveAsync(db, ct);
        http.SetETag(schedule.Version);
        return TypedResults.Created($"/api/scheduler/schedules/{schedule.Id}", ScheduleView.Of(schedule));
    }

    /// <summary>One schedule.</summary>
    private static async Task<Ok<ScheduleView>> Get(Guid id, SchedulerDb db, HttpContext http, CancellationToken ct) => Shown(await FindAsync(db, id, ct), http);

    /// <summary>Change a schedule. The next time is counted from now.</summary>
    private static async Task<Ok<ScheduleView>> Edit(Guid id, ScheduleEdit body, SchedulerDb db, HttpContext http, CancellationToken ct)
    {
        var schedule = await FindAsync(db, id, ct);
        db.RequireIfMatch(schedule, http.Request);
        if (body is { Cron: not null, EverySeconds: not null }) throw Problem.Invalid("cron", "Either cron or everySeconds is needed, and not both.");
        if (body.Name is { } name) schedule.Name = ScheduleChecks.Name(name);
        if (body.Misfire is { } misfire) schedule.Misfire = ScheduleChecks.Misfire(misfire);
        if (body.Target is { } given)
        {
            var target = ScheduleChecks.Target(given, db.Caller);
            (schedule.Event, schedule.Job, schedule.Payload) = (target.Event, target.Job, target.Payload);
        }
        if (body.Cron is not null || body.EverySeconds is not null || body.TimeZone is not null)
        {
            var now = await NowAsync(db, ct);
            if (body.Cron is not null) (schedule.Cron, schedule.EverySeconds) = (body.Cron, null);
            if (body.EverySeconds is not null) (schedule.Cron, schedule.EverySeconds, schedule.Anchor) = (null, body.EverySeconds, now);
            schedule.TimeZone = body.TimeZone ?? schedule.TimeZone;
            var recurrence = ScheduleChecks.Recurrence(schedule, now);
            if (!schedule.Paused) schedule.NextFireAt = recurrence.Next(now);
        }
        return await ChangedAsync(schedule, db, http, ct);
    }

    /// <summary>Delete a schedule with its history.</summary>
    private static async Task<NoContent> Delete(Guid id, SchedulerDb db, CancellationToken ct) =>
        await db.Schedules.Where(s => s.Id == id).ExecuteDeleteAsync(ct) > 0 ? TypedResults.NoContent() : throw Problem.NotFound("schedule");

    /// <summary>The next ten times, as if it were not paused.</summary>
    private static async Task<Ok<IReadOnlyList<DateTimeOffset>>> Next(Guid id, SchedulerDb db, CancellationToken ct)
    {
        var schedule = await FindAsync(db, id, ct);
        var recurrence = schedule.Recurrence;
        var times = new List<DateTimeOffset>();
        for (var time = recurrence.Next(await NowAsync(db, ct)); time is { } found && times.Count < NextTimes; time = recurrence.Next(found)) times.Add(found);
        return TypedResults.Ok<IReadOnlyList<DateTimeOffset>>(times);
    }

    /// <summary>What it did, the newest first.</summary>
    private static async Task<Ok<Page<ExecutionView>>> Executions(Guid id, SchedulerDb db, int? limit, string? cursor, CancellationToken ct)
    {
        await FindAsync(db, id, ct);
        var take = Limit.Of(limit);
        var executions = db.Executions.AsNoTracking().Where(e => e.ScheduleId == id);
        if (Cursor.Id(cursor) is { } before) executions = executions.Where(e => e.Id < before);
        var rows = await executions.OrderByDescending(e => e.Id).Take(take + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<ExecutionView>.Of([.. rows.Select(ExecutionView.Of)], take, e => [e.Id]));
    }

    /// <summary>Fire now, besides its times; also while it is paused.</summary>
    private static async Task<Accepted<ExecutionView>> Run(Guid id, SchedulerDb db, CancellationToken ct)
    {
        var schedule = await FindAsync(db, id, ct);
        var now = await NowAsync(db, ct);
        var execution = new Execution { TenantId = schedule.TenantId, ScheduleId = id, Kind = ExecutionKind.Manual, DueAt = now, FiredAt = now };
        db.Add(execution);
        db.Publish(schedule.Target.EventFor(now));
        await db.SaveChangesAsync(ct);
        return TypedResults.Accepted($"/api/scheduler/schedules/{id}/executions", ExecutionView.Of(execution));
    }

    /// <summary>Pause. Times that pass meanwhile are not made up for.</summary>
    private static async Task<Ok<ScheduleView>> Pause(Guid id, SchedulerDb db, HttpContext http, CancellationToken ct)
    {
        var schedule = await FindAsync(db, id, ct);
        if (schedule.Paused) return Shown(schedule, http);
        (schedule.Paused, schedule.NextFireAt) = (true, null);
        return await ChangedAsync(schedule, db, http, ct);
    }

    /// <summary>Go on with the next time from now.</summary>
    private static async Task<Ok<ScheduleView>> Resume(Guid id, SchedulerDb db, HttpContext http, CancellationToken ct)
    {
        var schedule = await FindAsync(db, id, ct);
        if (!schedule.Paused) return Shown(schedule, http);
        (schedule.Paused, schedule.NextFireAt) = (false, schedule.Recurrence.Next(await NowAsync(db, ct)));
        return await ChangedAsync(schedule, db, http, ct);
    }

    private static async Task<Ok<ScheduleView>> ChangedAsync(Schedule schedule, SchedulerDb db, HttpContext http, CancellationToken ct)
    {
        schedule.Version++;
        await SaveAsync(db, ct);
        return Shown(schedule, http);
    }

    private static Ok<ScheduleView> Shown(Schedule schedule, HttpContext http)
    {
        http.SetETag(schedule.Version);
        return TypedResults.Ok(ScheduleView.Of(schedule));
    }

    private static async Task SaveAsync(SchedulerDb db, CancellationToken ct)
    {
        db.DueChanged = true;
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "schedule_name" })
        {
            throw Problem.Conflict("schedule_name_taken", "There is a schedule of this name.", "Choose another name.");
        }
    }

    private static async Task<Schedule> FindAsync(SchedulerDb db, Guid id, CancellationToken ct) =>
        await db.Schedules.SingleOrDefaultAsync(s => s.Id == id, ct) ?? throw Problem.NotFound("schedule");

    /// <summary>The database's clock, which also decides what is due.</summary>
    private static Task<DateTimeOffset> NowAsync(SchedulerDb db, CancellationToken ct) =>
        db.Database.SqlQuery<DateTimeOffset>($"select clock_timestamp() as \"Value\"").SingleAsync(ct);
}

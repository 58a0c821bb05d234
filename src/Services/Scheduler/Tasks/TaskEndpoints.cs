using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Scheduler.Tasks;

internal static class TaskEndpoints
{
    public static void MapTasks(this RouteGroupBuilder api) =>
        api.MapGet("/tasks", List).WithTags("Tasks").WithName("listTasks").Requires("scheduler:read");

    /// <summary>One-time tasks that services have asked for; the latest due first.</summary>
    private static async Task<Ok<Page<TaskView>>> List(SchedulerDb db, string? state, string? owner, int? limit, string? cursor, CancellationToken ct)
    {
        var take = Limit.Of(limit);
        var tasks = db.Tasks.AsNoTracking();
        if (owner is not null) tasks = tasks.Where(t => t.Owner == owner);
        if (state is not null)
        {
            var wanted = state switch
            {
                "pending" => TaskState.Pending,
                "fired" => TaskState.Fired,
                "cancelled" => TaskState.Cancelled,
                _ => throw Problem.Invalid("state", "Must be pending, fired or cancelled."),
            };
            tasks = tasks.Where(t => t.State == wanted);
        }
        if (Cursor.TimeAndId(cursor) is { } before) tasks = tasks.Where(t => t.DueAt < before.At || (t.DueAt == before.At && t.Id < before.Id));
        var rows = await tasks.OrderByDescending(t => t.DueAt).ThenByDescending(t => t.Id).Take(take + 1).ToListAsync(ct);
        return TypedResults.Ok(Page<TaskView>.Of([.. rows.Select(TaskView.Of)], take, t => [t.DueAt, t.Id]));
    }
}

/// <summary>A task as the API shows it.</summary>
public sealed record TaskView(Guid Id, string Key, DateTimeOffset DueAt, TaskTarget Target, string State, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    internal static TaskView Of(ScheduledTask task) => new(
        task.Id, task.Owner + "/" + task.Name, task.DueAt, new TaskTarget("schedule.due"), task.State.ToString().ToLowerInvariant(), task.CreatedAt, task.EndedAt);
}

/// <summary>What a task starts: an event.</summary>
public sealed record TaskTarget(string Event);

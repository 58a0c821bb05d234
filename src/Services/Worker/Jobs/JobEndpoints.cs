using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Worker.Jobs;

internal static class JobEndpoints
{
    private const int MaxLog = 500;

    public static void MapJobs(this RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapGet("/", List).WithName("listJobs").Requires("worker:read");
        jobs.MapGet("/{id:guid}", Get).WithName("getJob").Requires("worker:read");
        jobs.MapPost("/{id:guid}/retry", Retry).WithName("retryJob").Requires("worker:write");
        jobs.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelJob").Requires("worker:write");
        jobs.MapPost("/{id:guid}/discard", Discard).WithName("discardJob").Requires("worker:write");
    }

    /// <summary>Your jobs, the newest first.</summary>
    private static async Task<Ok<Page<JobView>>> List(WorkerDb db, string? type, string? state, string? queue, int? limit, string? cursor, CancellationToken ct)
    {
        var take = Limit.Of(limit);
        var jobs = db.Jobs.AsNoTracking();
        if (type is not null) jobs = jobs.Where(j => j.Type == type);
        if (queue is not null) jobs = jobs.Where(j => j.Queue == queue);
        var before = Cursor.Id(cursor);
        if (state is not null)
        {
            var wanted = Enum.TryParse<JobState>(state, ignoreCase: true, out var parsed) && state.All(char.IsLower)
                ? parsed
                : throw Problem.Invalid("state", "Must be one of ready, scheduled, running, completed, dead, cancelled.");
            jobs = await InAsync(wanted, db, jobs, type, queue, before, take, ct);
        }
        if (before is { } last) jobs = jobs.Where(j => j.Id < last);
        var rows = await jobs.OrderByDescending(j => j.Id).Take(take + 1).Select(j => JobView.Of(j)).ToListAsync(ct);
        return TypedResults.Ok(Page<JobView>.Of(rows, take, j => [j.Id]));
    }

    /// <summary>Those in a state, beginning where there are few of them: millions of completed jobs are not gone through for ten that run.</summary>
    private static async Task<IQueryable<Job>> InAsync(
        JobState state, WorkerDb db, IQueryable<Job> jobs, string? type, string? queue, Guid? before, int take, CancellationToken ct)
    {
        switch (state)
        {
            case JobState.Ready:
                var ready = db.Ready.Where(r => (type == null || r.Type == type) && (queue == null || r.Queue == queue) && (before == null || r.Id < before));
                var ids = await ready.OrderByDescending(r => r.Id).Take(take + 1).Select(r => r.Id).ToListAsync(ct);
                return jobs.Where(j => ids.Contains(j.Id));
            case JobState.Running:
                var held = (await db.Leases.AsNoTracking().Select(l => l.Ids).ToListAsync(ct)).SelectMany(i => i).ToList();
                return jobs.Where(j => held.Contains(j.Id));
            case JobState.Completed:
                return jobs.Where(j => j.Recorded == "queued" && j.State == state);
            default:
                var recorded = state.ToString().ToLowerInvariant();
                return jobs.Where(j => j.Recorded == recorded);
        }
    }

    /// <summary>One job, with what its runs wrote down.</summary>
    private static async Task<Ok<JobDetail>> Get(Guid id, WorkerDb db, CancellationToken ct) => TypedResults.Ok(await DetailAsync(db, id, ct));

    /// <summary>Run a job again that is dead or cancelled, or now one that waits for its time. It gets all its attempts anew.</summary>
    private static async Task<Ok<JobDetail>> Retry(Guid id, WorkerDb db, JobActions actions, CancellationToken ct)
    {
        await actions.RetryAsync(id, ct);
        return TypedResults.Ok(await DetailAsync(db, id, ct));
    }

    /// <summary>Cancel a job. One that runs is asked to stop and is cancelled once it has.</summary>
    private static async Task<Ok<JobDetail>> Cancel(Guid id, WorkerDb db, JobActions actions, CancellationToken ct)
    {
        await actions.CancelAsync(id, ct);
        return TypedResults.Ok(await DetailAsync(db, id, ct));
    }

    /// <summary>Forget a job that has ended.</summary>
    private static async Task<NoContent> Discard(Guid id, JobActions actions, CancellationToken ct)
    {
        await actions.DiscardAsync(id, ct);
        return TypedResults.NoContent();
    }

    private static async Task<JobDetail> DetailAsync(WorkerDb db, Guid id, CancellationToken ct)
    {
        var job = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) ?? throw Problem.NotFound("job");
        var log = await db.Log.AsNoTracking().Where(l => l.JobId == id).OrderByDescending(l => l.Seq).Take(MaxLog).ToListAsync(ct);
        log.Reverse();
        return JobDetail.Of(job, log);
    }
}

/// <summary>A job as the API shows it.</summary>
public record JobView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }
    /// <summary>What is to be done.</summary>
    public required string Type { get; init; }
    /// <summary>Where it waits.</summary>
    public required string Queue { get; init; }
    /// <summary>Where it is in its life.</summary>
    public required string State { get; init; }
    /// <summary>Attempts begun, without those that do not count.</summary>
    public required int Attempt { get; init; }
    /// <summary>Attempts before it is dead.</summary>
    public required int MaxAttempts { get; init; }
    /// <summary>0 to 9; lower runs first.</summary>
    public required int Priority { get; init; }
    /// <summary>Not before.</summary>
    public required DateTimeOffset RunAt { get; init; }
    /// <summary>Somebody has cancelled it, and it has not stopped yet.</summary>
    public required bool CancelRequested { get; init; }
    /// <summary>0 to 100.</summary>
    public double? Progress { get; init; }
    /// <summary>How far it is, in words.</summary>
    public string? ProgressText { get; init; }
    /// <summary>Why the last attempt failed.</summary>
    public string? Error { get; init; }
    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>Begin of the last attempt.</summary>
    public DateTimeOffset? StartedAt { get; init; }
    /// <summary>End.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    internal static JobView Of(Job job) => new(job);

    /// <summary>Shows a job.</summary>
    [SetsRequiredMembers]
    private protected JobView(Job job)
    {
        (Id, Type, Queue, State) = (job.Id, job.Type, job.Queue, job.State.ToString().ToLowerInvariant());
        (Attempt, MaxAttempts, Priority) = (job.Attempt - job.Uncounted, job.MaxAttempts, job.Priority);
        (RunAt, CreatedAt, StartedAt, FinishedAt) = (job.RunAt, job.CreatedAt, job.StartedAt, job.FinishedAt);
        (CancelRequested, Progress, ProgressText, Error) = (job.CancelRequested, job.Progress, job.ProgressText, job.Error);
    }
}

/// <summary>A job with its log, the newest 500 lines.</summary>
public sealed record JobDetail : JobView
{
    /// <summary>Lines, the oldest first.</summary>
    public required IReadOnlyList<JobLogView> Log { get; init; }

    [SetsRequiredMembers]
    private JobDetail(Job job, IEnumerable<JobLog> log) : base(job) => Log = [.. log.Select(l => new JobLogView(l.At, l.Attempt, l.Text))];

    internal static JobDetail Of(Job job, IEnumerable<JobLog> log) => new(job, log);
}

/// <summary>A line of a job's log.</summary>
public sealed record JobLogView(DateTimeOffset At, int Attempt, string Text);

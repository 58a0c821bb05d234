using System.ComponentModel.DataAnnotations;

namespace Tideline.Worker;

/// <summary>Settings of the job queue, <c>Services:worker:…</c>.</summary>
internal sealed class WorkerOptions
{
    /// <summary>How long a claimed job stays its runner's without a sign of life.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often leases are looked over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.020", "00:01:00")]
    public TimeSpan RescueEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest time between a job's coming in through another process and this one's noticing.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Pause after the first failure; each further one trebles it, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryFrom { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Longest pause between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan RetryUpTo { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long completed and cancelled jobs are kept.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan KeepFinished { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long dead jobs are kept.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan KeepDead { get; set; } = TimeSpan.FromDays(30);

    /// <summary>For the negative control of a test only: results are taken from whoever sends them.</summary>
    internal bool WithoutFencing { get; set; }
}

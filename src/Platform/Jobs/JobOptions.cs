using System.ComponentModel.DataAnnotations;

namespace Tideline.Platform.Jobs;

/// <summary>Settings of the process's job runners, <c>Jobs:…</c>.</summary>
internal sealed class JobOptions
{
    /// <summary>How long a claim waits at the queue before it asks again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan LongPoll { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How much work of a type may be claimed before there is a place to run it: as many jobs as the process gets through in this time.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan Ahead { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long running jobs may go on when the process stops; then they are given back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan StopGrace { get; set; } = TimeSpan.FromSeconds(15);
}

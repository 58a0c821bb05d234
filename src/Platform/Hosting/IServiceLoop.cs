namespace Tideline.Platform.Hosting;

/// <summary>
/// Work that a service does without being asked, for as long as the process lives. Runs under the supervisor: when it throws, that
/// loop alone is started again after a pause and only its service's health turns red. Must be safe in many processes at once.
/// </summary>
public interface IServiceLoop
{
    /// <summary>Runs until cancelled. Returning early counts as done, and the loop is not started again.</summary>
    Task RunAsync(LoopHealth health, CancellationToken ct);
}

/// <summary>How a loop shows that it is alive.</summary>
public sealed class LoopHealth(TimeProvider clock)
{
    private long _beat = clock.GetTimestamp();

    /// <summary>Called once a turn; a loop that has not beaten for its limit is reported as stuck.</summary>
    public void Beat() => Interlocked.Exchange(ref _beat, clock.GetTimestamp());

    /// <summary>Time since the last beat.</summary>
    public TimeSpan SinceBeat => clock.GetElapsedTime(Interlocked.Read(ref _beat));
}

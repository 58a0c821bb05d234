namespace Tideline.Platform.Events.Log;

/// <summary>
/// Shows the others that this process lives: an advisory lock on the listening connection, which the server drops with the process. So the
/// partitions of one that was killed are taken over in seconds, and not only when its lease runs out.
/// </summary>
internal sealed class Presence(TimeProvider clock)
{
    /// <summary>First half of the lock's key; the second is <see cref="Session"/>.</summary>
    public const int LockClass = 0x6275_7331; // "bus1"

    // After a restart of the server all locks are gone at once. Others get time to come back before they are taken for dead.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly int _key = Random.Shared.Next(1, int.MaxValue);
    private long? _since;

    /// <summary>Names this process in leases; fresh for each start, so that none takes a predecessor's lease for its own.</summary>
    public string Owner { get; } = $"{Environment.MachineName}:{Environment.ProcessId}:{Guid.NewGuid().ToString("n")[..8]}";

    /// <summary>Second half of the key of the lock.</summary>
    public int Key => _key;

    /// <summary>The key while the lock is held; none when there is no listening connection.</summary>
    public int? Session => _since is null ? null : _key;

    /// <summary>Whether the lock is held long enough to take its absence elsewhere for a death.</summary>
    public bool CanJudge => _since is { } since && clock.GetElapsedTime(since) > Settling;

    /// <summary>The lock is held from now on, or no longer.</summary>
    public void Set(bool held) => _since = held ? clock.GetTimestamp() : null;
}

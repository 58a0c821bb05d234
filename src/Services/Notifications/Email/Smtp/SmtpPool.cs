namespace Tideline.Notifications.Email;

/// <summary>Connections of one relay that wait for work. At most MaxConnections are out or waiting at any time.</summary>
internal sealed class SmtpPool : IAsyncDisposable
{
    private readonly SmtpOptions _options;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _places;
    private readonly Lock _gate = new();
    private readonly List<SmtpConnection> _idle = [];   // the most recently used at the end
    private readonly ITimer _sweep;
    private bool _disposed;

    public SmtpPool(SmtpOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _places = new SemaphoreSlim(options.MaxConnections);
        var period = options.IdleTimeout / 2;
        _sweep = clock.CreateTimer(static self => _ = ((SmtpPool)self!).SweepAsync(), this, period, period);
    }

    public int IdleCount
    {
        get { lock (_gate) return _idle.Count; }
    }

    /// <summary>Waits for a place among the relay's connections. Give it back with <see cref="Leave"/>.</summary>
    public Task EnterAsync(CancellationToken ct) => _places.WaitAsync(ct);

    public void Leave() => _places.Release();

    /// <summary>A waiting connection that still works, or a new one.</summary>
    /// <exception cref="SmtpConnectException">The relay cannot be reached or does not let us in.</exception>
    public async Task<SmtpConnection> OpenAsync(Deadline deadline)
    {
        while (TakeIdle() is { } waiting)
        {
            if (await StillWorksAsync(waiting, deadline).ConfigureAwait(false)) return waiting;
            waiting.Dispose();
        }
        return await new SmtpHandshake(_options, deadline).OpenAsync().ConfigureAwait(false);
    }

    /// <summary>Keeps a connection in good order for the next batch.</summary>
    public async ValueTask PutBackAsync(SmtpConnection connection, Deadline deadline)
    {
        connection.LastUsed = _clock.GetTimestamp();
        lock (_gate)
        {
            if (!_disposed && !connection.IsSpent && !connection.HasAnnounced)
            {
                _idle.Add(connection);
                return;
            }
        }
        await connection.QuitAsync(deadline).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate) _disposed = true;
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await QuitAsync(long.MaxValue).ConfigureAwait(false);
    }

    private SmtpConnection? TakeIdle()
    {
        lock (_gate)
        {
            if (_idle.Count == 0) return null;
            var last = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return last;
        }
    }

    private async ValueTask<bool> StillWorksAsync(SmtpConnection connection, Deadline deadline)
    {
        if (!connection.LooksAlive) return false;
        if (_clock.GetElapsedTime(connection.LastUsed) < _options.ProbeAfter) return true;
        try
        {
            await connection.ProbeAsync(deadline).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (SmtpFailures.IsConnectionFailure(e))
        {
            return false;
        }
    }

    private Task SweepAsync() => QuitAsync(_clock.GetTimestamp() - (long)(_options.IdleTimeout.TotalSeconds * _clock.TimestampFrequency));

    private async Task QuitAsync(long lastUsedBefore)
    {
        List<SmtpConnection> old;
        lock (_gate)
        {
            old = _idle.FindAll(c => c.LastUsed <= lastUsedBefore);
            _idle.RemoveAll(old.Contains);
        }
        using var deadline = new Deadline(_options.StopGrace, CancellationToken.None);
        foreach (var connection in old) await connection.QuitAsync(deadline).ConfigureAwait(false);
    }
}

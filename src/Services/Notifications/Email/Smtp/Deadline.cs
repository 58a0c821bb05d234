namespace Tideline.Notifications.Email;

/// <summary>
/// Bounds each phase of a conversation with one reusable token. When the caller gives up, what was begun gets a grace
/// instead of a cut, because cutting after the end of a message makes its fate unknown.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _grace;

    public Deadline(TimeSpan grace, CancellationToken caller)
    {
        (_grace, _caller) = (grace, caller);
        _registration = caller.UnsafeRegister(static self => ((Deadline)self!).Shorten(), this);
    }

    /// <summary>Starts a phase; the token ends it. Nothing may be waiting on the token from an earlier phase.</summary>
    public CancellationToken Start(TimeSpan limit)
    {
        _source.CancelAfter(limit);
        // Asked afterwards: a caller who gives up between the two lines must not get the long limit.
        if (_caller.IsCancellationRequested && limit > _grace) Shorten();
        return _source.Token;
    }

    private void Shorten()
    {
        try { _source.CancelAfter(_grace); }
        catch (ObjectDisposedException) { }   // the conversation ended at this moment
    }

    public void Dispose()
    {
        _registration.Dispose();
        _source.Dispose();
    }
}

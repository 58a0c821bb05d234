namespace Tideline.Notifications.Email;

/// <summary>The messages of one call: what is still to do, and what became of the rest.</summary>
internal sealed class SmtpBatch(IReadOnlyList<SmtpMail> mails, SendRate? rate, CancellationToken stop)
{
    private static readonly SmtpOutcome.Retry Stopped = new(SmtpPhase.NotStarted, null, "Sending was stopped.");

    private readonly Lock _gate = new();
    private readonly SmtpOutcome?[] _outcomes = new SmtpOutcome?[mails.Count];
    private int _taken;
    private volatile SmtpOutcome.Retry? _trouble;

    public CancellationToken Stop => stop;

    public bool HasMore => !stop.IsCancellationRequested && Volatile.Read(ref _taken) < mails.Count;

    public SmtpMail this[int index] => mails[index];

    public void Record(int index, SmtpOutcome outcome) => _outcomes[index] = outcome;

    public void RecordStopped(int index) => _outcomes[index] = Stopped;

    /// <summary>Why a worker ended early; becomes the reason of the messages that nobody could take.</summary>
    public void Report(SmtpOutcome.Retry trouble) => _trouble = trouble;

    /// <summary>The next message, when the rate allows it; -1 when there is none or the caller gave up.</summary>
    public async ValueTask<int> TakeAsync()
    {
        int index;
        lock (_gate)
        {
            if (!HasMore) return -1;
            index = _taken++;
        }
        // The message first and its turn second: a turn booked for nothing would slow the whole relay.
        try
        {
            if (rate is not null) await rate.WaitAsync(stop).ConfigureAwait(false);
            return index;
        }
        catch (OperationCanceledException)
        {
            RecordStopped(index);
            return -1;
        }
    }

    /// <summary>The next message if it may go out at this very moment.</summary>
    public int TryTake()
    {
        lock (_gate) return !HasMore || (rate is not null && !rate.TryTake()) ? -1 : _taken++;
    }

    public IReadOnlyList<SmtpOutcome> Outcomes()
    {
        var rest = stop.IsCancellationRequested ? Stopped : _trouble;
        for (var i = 0; i < _outcomes.Length; i++)
            _outcomes[i] ??= rest ?? throw new InvalidOperationException("A message of the batch was forgotten.");
        return _outcomes!;
    }
}

namespace Tideline.Notifications.Email;

/// <summary>Keeps one connection busy with a batch's messages until there are none, or the relay is out of reach.</summary>
internal sealed class SmtpWorker(SmtpPool pool, SmtpBatch work, Deadline deadline)
{
    private const int MaxFruitless = 3;

    private SmtpConnection? _connection;
    private SmtpOutcome.Retry _lastTrouble = new(SmtpPhase.Connect, null, "The server keeps closing connections.");
    private int _fruitless;          // connections in a row that broke before they took a message
    private int _current = -1;
    private bool _triedElsewhere;    // the current message already lost one connection under it

    public async Task RunAsync()
    {
        while (_current >= 0 || work.HasMore)
        {
            if (_connection is null && !await ConnectAsync().ConfigureAwait(false)) break;
            if (_current < 0)
            {
                _current = await work.TakeAsync().ConfigureAwait(false);
                _triedElsewhere = false;
                if (_current < 0) break;
            }
            await StepAsync(_connection!).ConfigureAwait(false);
        }
        if (_connection is not null) await pool.PutBackAsync(_connection, deadline).ConfigureAwait(false);
    }

    private async Task<bool> ConnectAsync()
    {
        if (work.Stop.IsCancellationRequested)
        {
            if (_current >= 0) work.RecordStopped(_current);
            return false;
        }
        try
        {
            if (_fruitless < MaxFruitless)
            {
                _connection = await pool.OpenAsync(deadline).ConfigureAwait(false);
                return true;
            }
        }
        catch (SmtpConnectException e)
        {
            _lastTrouble = new SmtpOutcome.Retry(e.Phase, e.Reply, e.Message);
        }
        // Other workers may still have connections, and then take the rest of the batch.
        work.Report(_lastTrouble);
        if (_current >= 0) work.Record(_current, _lastTrouble);
        return false;
    }

    /// <summary>One message on the open connection. Afterwards the current message is the one that was announced, if any.</summary>
    private async Task StepAsync(SmtpConnection connection)
    {
        var index = _current;
        var next = -1;
        SmtpOutcome? outcome;
        try
        {
            outcome = await connection.BeginAsync(work[index], deadline).ConfigureAwait(false);
            if (outcome is null)
            {
                // Not on a connection's last message: a relay may close after it.
                if (connection.Capabilities.Pipelining && !connection.IsLast) next = work.TryTake();
                outcome = await connection.FinishAsync(work[index], next < 0 ? null : work[next], deadline).ConfigureAwait(false);
                _fruitless = 0;
            }
        }
        catch (Exception e)
        {
            // Whatever went wrong, the one question is whether the relay may have the message. An exception that escaped
            // here would take the outcomes of the whole batch with it.
            Break(connection, e, index, next);
            return;
        }
        work.Record(index, outcome);
        _current = next;
        _triedElsewhere = false;
        await LeaveIfOverAsync(connection, outcome).ConfigureAwait(false);
    }

    private void Break(SmtpConnection connection, Exception e, int index, int next)
    {
        connection.Dispose();
        _connection = null;
        _current = next;
        if (connection.EndOfDataSent)
        {
            work.Record(index, new SmtpOutcome.Unknown(SmtpFailures.Describe(e)));
            _triedElsewhere = false;   // the next message was announced at most
            return;
        }
        _fruitless++;
        _lastTrouble = new SmtpOutcome.Retry(connection.Phase, null, SmtpFailures.Describe(e));
        if (next < 0 && !_triedElsewhere)
        {
            // A server may close any connection between two messages; that is no reason to give one back.
            _current = index;
            _triedElsewhere = true;
            return;
        }
        work.Record(index, _lastTrouble);
        _triedElsewhere = false;
    }

    private async ValueTask LeaveIfOverAsync(SmtpConnection connection, SmtpOutcome outcome)
    {
        if (outcome is SmtpOutcome.Retry { Reply.IsClosing: true } closing)
        {
            _fruitless++;
            _lastTrouble = closing;
            _connection = null;
            connection.Dispose();
        }
        else if (connection.IsSpent)
        {
            _connection = null;
            await connection.QuitAsync(deadline).ConfigureAwait(false);
        }
    }
}

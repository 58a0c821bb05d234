using System.Net.Sockets;

namespace Tideline.Notifications.Email;

/// <summary>
/// One open conversation. A transaction is Begin (MAIL, RCPT, DATA) and Finish (the message and its answer); where the
/// relay offers PIPELINING, the commands of the next message travel with the end of this one, so that a message costs
/// one write and one read.
/// </summary>
internal sealed class SmtpConnection : IDisposable
{
    private readonly SmtpOptions _options;
    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly SmtpReplyReader _reader;
    private readonly MailBuffer _out = new();
    private readonly bool _encrypted;
    private bool _resetFirst;
    private bool _announced;

    public SmtpConnection(
        SmtpOptions options, Socket socket, Stream stream, SmtpReplyReader reader, SmtpCapabilities capabilities, bool encrypted)
    {
        (_options, _socket, _stream, _reader, _encrypted) = (options, socket, stream, reader, encrypted);
        Capabilities = capabilities;
        socket.Blocking = false;
    }

    public SmtpCapabilities Capabilities { get; }

    /// <summary>Messages whose hand-over was begun here.</summary>
    public int Used { get; private set; }

    public bool IsSpent => Used >= _options.MaxMessagesPerConnection;

    /// <summary>The next message is the last one that this connection may carry.</summary>
    public bool IsLast => Used + 1 >= _options.MaxMessagesPerConnection;

    /// <summary>Set as soon as the final dot of the current message may have left this machine.</summary>
    public bool EndOfDataSent { get; private set; }

    public SmtpPhase Phase { get; private set; } = SmtpPhase.MailFrom;

    public long LastUsed { get; set; }

    /// <summary>False if the peer closed an idle connection or says something nobody asked for (usually 421).</summary>
    public bool LooksAlive => !_reader.HasLeftover && !_socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Opens the transaction. Null means that the relay waits for the message.</summary>
    public async ValueTask<SmtpOutcome?> BeginAsync(SmtpMail mail, Deadline deadline)
    {
        EndOfDataSent = false;
        Phase = SmtpPhase.MailFrom;
        if (Refusal(mail) is { } refusal) return refusal;
        if (!Capabilities.Pipelining) return await BeginInStepAsync(mail, deadline).ConfigureAwait(false);

        if (!_announced)
        {
            Announce(mail);
            await FlushAsync(deadline).ConfigureAwait(false);
        }
        _announced = false;
        if (_resetFirst) await ReadResetAsync(deadline).ConfigureAwait(false);
        var from = await ReadAsync(SmtpPhase.MailFrom, deadline).ConfigureAwait(false);
        if (from.IsClosing) return Refused(SmtpPhase.MailFrom, from);
        var to = await ReadAsync(SmtpPhase.RcptTo, deadline).ConfigureAwait(false);
        if (to.IsClosing) return Refused(SmtpPhase.RcptTo, to);
        var data = await ReadAsync(SmtpPhase.Data, deadline).ConfigureAwait(false);
        if (from.IsPositive && to.IsPositive) return data.Code == 354 ? null : Refused(SmtpPhase.Data, data);

        // RFC 2920 3.1: a relay may ask for a message without a recipient; an empty one closes the transaction.
        if (data.Code == 354)
        {
            _out.Write(".\r\n"u8);
            await FlushAsync(deadline).ConfigureAwait(false);
            await ReadAsync(SmtpPhase.Data, deadline).ConfigureAwait(false);
        }
        return from.IsPositive ? Refused(SmtpPhase.RcptTo, to) : Refused(SmtpPhase.MailFrom, from);
    }

    /// <summary>Hands the message over and, with it, announces the next one.</summary>
    public async ValueTask<SmtpOutcome> FinishAsync(SmtpMail mail, SmtpMail? next, Deadline deadline)
    {
        Used++;
        Phase = SmtpPhase.EndOfData;
        DotStuffing.Write(_out, mail.Content.Span);
        _out.Write(".\r\n"u8);
        var endOfData = _out.Length;
        if (next is { } following && Capabilities.Pipelining && Refusal(following) is null)
        {
            Announce(following);
            _announced = true;
        }
        var ct = deadline.Start(_options.DataTimeout);
        if (_encrypted)
        {
            // Two writes: only so is a failure of the first known to lie before the final dot.
            await _stream.WriteAsync(_out.Memory[..endOfData], ct).ConfigureAwait(false);
            EndOfDataSent = true;
            if (_out.Length > endOfData) await _stream.WriteAsync(_out.Memory[endOfData..], ct).ConfigureAwait(false);
        }
        else
        {
            await SendPlainAsync(endOfData, ct).ConfigureAwait(false);
        }
        _out.Reset();

        var reply = await _reader.ReadAsync(deadline.Start(_options.AnswerTimeout)).ConfigureAwait(false);
        if (reply.Code is >= 300 and < 400) throw new SmtpProtocolException($"The server answered a message with {reply.Code}.");
        EndOfDataSent = false;   // its fate is known; what breaks from here on is another message's matter
        if (reply.IsPositive) return new SmtpOutcome.Sent(reply, SmtpQueueId.Find(reply.Text));
        var outcome = Refused(SmtpPhase.EndOfData, reply);
        _resetFirst = false;     // a transaction ends with its message, whatever the answer
        return outcome;
    }

    /// <summary>A transaction was opened that its message never followed: the connection cannot be used for another.</summary>
    public bool HasAnnounced => _announced;

    public async ValueTask ProbeAsync(Deadline deadline)
    {
        _out.Write("NOOP\r\n"u8);
        await FlushAsync(deadline).ConfigureAwait(false);
        if (await ReadAsync(SmtpPhase.MailFrom, deadline).ConfigureAwait(false) is { IsPositive: false } reply)
            throw new SmtpProtocolException($"The server answered NOOP with {reply}.");
    }

    /// <summary>Takes leave if the peer still listens; never fails and never waits long.</summary>
    public async ValueTask QuitAsync(Deadline deadline)
    {
        try
        {
            _out.Reset();
            _out.Write("QUIT\r\n"u8);
            await _stream.WriteAsync(_out.Memory, deadline.Start(TimeSpan.FromSeconds(2))).ConfigureAwait(false);
            await _reader.ReadAsync(deadline.Start(TimeSpan.FromSeconds(2))).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It was over anyway, and no message depends on it.
        }
        Dispose();
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
        _reader.Dispose();
        _out.Dispose();
    }

    private async ValueTask<SmtpOutcome?> BeginInStepAsync(SmtpMail mail, Deadline deadline)
    {
        if (_resetFirst)
        {
            _out.Write("RSET\r\n"u8);
            await FlushAsync(deadline).ConfigureAwait(false);
            await ReadResetAsync(deadline).ConfigureAwait(false);
        }
        WriteMailFrom(mail);
        await FlushAsync(deadline).ConfigureAwait(false);
        var reply = await ReadAsync(SmtpPhase.MailFrom, deadline).ConfigureAwait(false);
        if (!reply.IsPositive) return Refused(SmtpPhase.MailFrom, reply);
        WriteRcptTo(mail);
        await FlushAsync(deadline).ConfigureAwait(false);
        reply = await ReadAsync(SmtpPhase.RcptTo, deadline).ConfigureAwait(false);
        if (!reply.IsPositive) return Refused(SmtpPhase.RcptTo, reply);
        _out.Write("DATA\r\n"u8);
        await FlushAsync(deadline).ConfigureAwait(false);
        reply = await ReadAsync(SmtpPhase.Data, deadline).ConfigureAwait(false);
        return reply.Code == 354 ? null : Refused(SmtpPhase.Data, reply);
    }

    private void Announce(SmtpMail mail)
    {
        if (_resetFirst) _out.Write("RSET\r\n"u8);
        WriteMailFrom(mail);
        WriteRcptTo(mail);
        _out.Write("DATA\r\n"u8);
    }

    private void WriteMailFrom(SmtpMail mail)
    {
        _out.Write("MAIL FROM:<"u8);
        if (mail.ReturnPath is { } path) _out.Write(path.Address);
        _out.Write((byte)'>');
        if (Capabilities.Size) { _out.Write(" SIZE="u8); _out.Write(mail.Content.Length); }
        if (mail.NeedsExtension) _out.Write(Capabilities.EightBitMime ? " BODY=8BITMIME SMTPUTF8"u8 : " SMTPUTF8"u8);
        _out.Write("\r\n"u8);
    }

    private void WriteRcptTo(SmtpMail mail)
    {
        _out.Write("RCPT TO:<"u8);
        _out.Write(mail.To.Address);
        _out.Write(">\r\n"u8);
    }

    /// <summary>What the relay has already said it cannot take is not offered to it.</summary>
    private SmtpOutcome.Rejected? Refusal(SmtpMail mail)
    {
        if (mail.NeedsExtension && !Capabilities.SmtpUtf8)
            return Local(553, new EnhancedStatus(5, 6, 7), "The relay does not support addresses outside ASCII (SMTPUTF8).");
        if (Capabilities.MaxSize > 0 && mail.Content.Length > Capabilities.MaxSize)
            return Local(552, new EnhancedStatus(5, 3, 4), $"The message is larger than the relay's limit of {Capabilities.MaxSize} bytes.");
        return null;

        static SmtpOutcome.Rejected Local(int code, EnhancedStatus status, string text) =>
            new(SmtpPhase.MailFrom, new SmtpReply(code, status, text));
    }

    private SmtpOutcome Refused(SmtpPhase phase, SmtpReply reply)
    {
        if (reply.IsPositive || reply.Code is >= 300 and < 400)
            throw new SmtpProtocolException($"The server answered {phase} with {reply.Code}.");
        _resetFirst = true;
        return reply.IsPermanent
            ? new SmtpOutcome.Rejected(phase, reply)
            : new SmtpOutcome.Retry(phase, reply, "The relay asked to try later.");
    }

    private async ValueTask ReadResetAsync(Deadline deadline)
    {
        var reply = await ReadAsync(SmtpPhase.MailFrom, deadline).ConfigureAwait(false);
        if (!reply.IsPositive) throw new SmtpProtocolException($"The server answered RSET with {reply}.");
        _resetFirst = false;
    }

    private ValueTask<SmtpReply> ReadAsync(SmtpPhase phase, Deadline deadline)
    {
        Phase = phase;
        return _reader.ReadAsync(deadline.Start(_options.CommandTimeout));
    }

    private async ValueTask FlushAsync(Deadline deadline)
    {
        await _stream.WriteAsync(_out.Memory, deadline.Start(_options.CommandTimeout)).ConfigureAwait(false);
        _out.Reset();
    }

    /// <summary>
    /// Writes without the framework's own loop, which does not tell how much a failed write has sent: whether the final
    /// dot left decides between "try again" and "unknown".
    /// </summary>
    private async ValueTask SendPlainAsync(int endOfData, CancellationToken ct)
    {
        var sent = _socket.Send(_out.Written, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock)) throw new SocketException((int)error);
        if (error == SocketError.WouldBlock) sent = 0;
        if (sent < endOfData) await _stream.WriteAsync(_out.Memory[sent..endOfData], ct).ConfigureAwait(false);
        EndOfDataSent = true;
        sent = Math.Max(sent, endOfData);
        if (sent < _out.Length) await _stream.WriteAsync(_out.Memory[sent..], ct).ConfigureAwait(false);
    }
}

using System.Buffers;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>
/// Reads SMTP replies strictly: three digits, one code in all lines of a reply, CRLF ends, bounded lines. Whatever else
/// comes is an error and not a reply, so a confused or hostile server cannot make a failure look like a success.
/// </summary>
internal sealed class SmtpReplyReader(Stream stream) : IDisposable
{
    private const int MaxLine = 2048;     // RFC 5321 says 512; servers that explain themselves at length exist
    private const int MaxLines = 128;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(MaxLine * 2);
    private int _start;
    private int _end;

    /// <summary>Bytes were received that no command has asked for.</summary>
    public bool HasLeftover => _end > _start;

    public ValueTask<SmtpReply> ReadAsync(CancellationToken ct) => ReadAsync(null, ct);

    /// <summary>Reads one whole reply, and keeps its lines apart too if they are asked for.</summary>
    public async ValueTask<SmtpReply> ReadAsync(List<string>? lines, CancellationToken ct)
    {
        string? text = null;
        var code = 0;
        EnhancedStatus status = default;
        for (var count = 0; count < MaxLines; count++)
        {
            int length;
            while ((length = FindLine()) < 0) await FillAsync(ct).ConfigureAwait(false);
            var last = ParseLine(_buffer.AsSpan(_start, length), ref code, ref status, ref text, lines);
            _start += length + 2;
            if (_start == _end) _start = _end = 0;
            if (last) return new SmtpReply(code, status, text!);
        }
        throw new SmtpProtocolException("The server's reply has too many lines.");
    }

    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
    }

    /// <summary>Length of the line at the start of the buffer without its CRLF, or -1 if it is not complete yet.</summary>
    private int FindLine()
    {
        var seen = _buffer.AsSpan(_start, _end - _start);
        var lf = seen.IndexOf((byte)'\n');
        if ((lf < 0 && seen.Length >= MaxLine) || lf > MaxLine)
            throw new SmtpProtocolException("The server's reply has a line that is too long.");
        if (lf < 0) return -1;
        if (lf == 0 || seen[lf - 1] != '\r') throw new SmtpProtocolException("The server's reply has a line without CRLF.");
        return lf - 1;
    }

    private async ValueTask FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct).ConfigureAwait(false);
        if (read == 0) throw new EndOfStreamException("The server closed the connection.");
        _end += read;
    }

    private static bool ParseLine(ReadOnlySpan<byte> line, ref int code, ref EnhancedStatus status, ref string? text,
        List<string>? lines)
    {
        if (line.Length < 3 || line[0] is < (byte)'2' or > (byte)'5' || line[1..3].ContainsAnyExceptInRange((byte)'0', (byte)'9') ||
            (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-')))
            throw new SmtpProtocolException($"The server's reply is not SMTP: {Show(line)}");
        var thisCode = (line[0] - '0') * 100 + (line[1] - '0') * 10 + line[2] - '0';
        if (code != 0 && thisCode != code) throw new SmtpProtocolException($"The server's reply changes its code from {code} to {thisCode}.");
        code = thisCode;

        var rest = line.Length > 4 ? Show(line[4..]) : "";
        var used = EnhancedStatus.Read(rest, out var given);
        // A status of another class than the code is text that only looks like one.
        if (used > 0 && given.Class == code / 100)
        {
            if (text is null) status = given;
            rest = rest[used..].TrimStart();
        }
        lines?.Add(rest);
        text = text is null ? rest : rest.Length == 0 ? text : $"{text} {rest}";
        if (text.Length > MaxLine) text = text[..MaxLine];
        return line.Length == 3 || line[3] == ' ';
    }

    /// <summary>Server text ends up in logs and on screens: no control characters, always valid text.</summary>
    private static string Show(ReadOnlySpan<byte> line)
    {
        if (line.Length > 512) line = line[..512];
        var text = Encoding.UTF8.GetString(line);
        return text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')
            ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c))
            : text;
    }
}

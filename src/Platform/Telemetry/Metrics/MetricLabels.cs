using System.Buffers;
using System.Globalization;

namespace Tideline.Platform.Telemetry.Metrics;

/// <summary>
/// The labels of one measurement as Prometheus writes them, <c>a="1",b="x"</c>: sorted, so that the order in which code gives its tags makes
/// no second series. Written into a caller's buffer, since every measurement passes here.
/// </summary>
internal ref struct MetricLabels(Span<char> buffer)
{
    private const int MaxLabels = 16;
    private const int MaxValueLength = 200;

    private Span<char> _buffer = buffer;
    private char[]? _rented;
    private int _length;

    public readonly ReadOnlySpan<char> Text => _buffer[.._length];

    public void Write(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length > MaxLabels) tags = tags[..MaxLabels];
        Span<int> order = stackalloc int[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            var at = i;
            for (; at > 0 && Compare(tags[order[at - 1]].Key, tags[i].Key) > 0; at--) order[at] = order[at - 1];
            order[at] = i;
        }
        for (var i = 0; i < order.Length; i++)
        {
            var (name, value) = tags[order[i]];
            // Two tags whose names become the same label ("a.b", "a_b") share it: Prometheus refuses a label twice.
            if (i > 0 && Compare(tags[order[i - 1]].Key, name) == 0)
            {
                _length--;
                Append(';');
            }
            else
            {
                if (i > 0) Append(',');
                AppendName(name);
                Append('=');
                Append('"');
            }
            AppendValue(name, value);
            Append('"');
        }
    }

    public readonly void Dispose()
    {
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
    }

    private static int Compare(string a, string b)
    {
        for (var i = 0; i < a.Length && i < b.Length; i++)
        {
            var difference = MetricNames.Clean(a[i]) - MetricNames.Clean(b[i]);
            if (difference != 0) return difference;
        }
        return a.Length - b.Length;
    }

    private void AppendName(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) Append('_');
        foreach (var c in name) Append(MetricNames.Clean(c));
    }

    private void AppendValue(string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case bool flag:
                AppendEscaped(flag ? "true" : "false");
                break;
            case int or long or short or byte or double:
                Span<char> digits = stackalloc char[32];
                ((ISpanFormattable)value).TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
                AppendEscaped(digits[..written]);
                break;
            default:
                AppendText(name, value as string ?? value.ToString() ?? "");
                break;
        }
    }

    private void AppendText(string name, string text)
    {
        if (Redaction.IsSecret(name)) text = Redaction.Hidden;
        else if (text.AsSpan().IndexOfAny('@', '=', '+') >= 0) text = Redaction.DatabaseOf(text) ?? Redaction.Text(text);
        AppendEscaped(text.AsSpan(0, Math.Min(text.Length, MaxValueLength)));
    }

    private void AppendEscaped(scoped ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny('\\', '"', '\n') < 0)
        {
            while (_length + text.Length > _buffer.Length) Grow();
            text.CopyTo(_buffer[_length..]);
            _length += text.Length;
            return;
        }
        foreach (var c in text)
        {
            if (c is '\\' or '"' or '\n') Append('\\');
            Append(c == '\n' ? 'n' : c);
        }
    }

    private void Append(char c)
    {
        if (_length == _buffer.Length) Grow();
        _buffer[_length++] = c;
    }

    private void Grow()
    {
        var larger = ArrayPool<char>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger);
        if (_rented is not null) ArrayPool<char>.Shared.Return(_rented);
        _buffer = _rented = larger;
    }
}

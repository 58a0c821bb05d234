using System.Collections;
using System.Globalization;

namespace Tideline.Platform.Telemetry.Traces;

/// <summary>One request, as fields of a log line.</summary>
internal sealed class AccessEntry(string method, string route, int status, double milliseconds) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> _fields =
        [new("method", method), new("route", route), new("status", status), new("durationMs", milliseconds)];

    public int Count => _fields.Count;

    public KeyValuePair<string, object?> this[int index] => _fields[index];

    /// <summary>Adds a field; one without a value is left out.</summary>
    public AccessEntry With(string name, object? value)
    {
        if (value is not null) _fields.Add(new(name, value));
        return this;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{method} {route} {status} {milliseconds:0.0} ms");
}

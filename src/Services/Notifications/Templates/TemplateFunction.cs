using System.Globalization;

namespace Tideline.Notifications.Templates;

/// <summary>The functions a template may call: these and no others.</summary>
internal sealed class TemplateFunction
{
    private readonly Func<object?[], object?> _run;

    private TemplateFunction(string name, int least, int most, string usage, Func<object?[], object?> run) =>
        (Name, Least, Most, Usage, _run) = (name, least, most, usage, run);

    public string Name { get; }

    public int Least { get; }

    public int Most { get; }

    public string Usage { get; }

    public static IReadOnlyDictionary<string, TemplateFunction> All { get; } = new TemplateFunction[]
    {
        new("default", 2, 2, "{{default firstName \"there\"}}", a => TemplateValues.IsTrue(a[0]) ? a[0] : a[1]),
        new("upper", 1, 1, "{{upper name}}", a => TemplateValues.Text(a[0])?.ToUpperInvariant()),
        new("lower", 1, 1, "{{lower name}}", a => TemplateValues.Text(a[0])?.ToLowerInvariant()),
        new("date", 1, 3, "{{date createdAt \"d MMM yyyy\" \"Europe/Stockholm\"}}", Date),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    public object? Run(object?[] arguments) => _run(arguments);

    private static string? Date(object?[] arguments)
    {
        if (TemplateValues.Moment(arguments[0]) is not { } moment) return TemplateValues.Text(arguments[0]);
        if (arguments.Length > 2 && TemplateValues.Text(arguments[2]) is { Length: > 0 and <= 64 } zone &&
            TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found))
            moment = TimeZoneInfo.ConvertTime(moment, found);
        var format = arguments.Length > 1 ? TemplateValues.Text(arguments[1]) : null;
        if (string.IsNullOrWhiteSpace(format) || format.Length > 64) format = "yyyy-MM-dd";
        // One letter alone would mean one of .NET's own formats.
        if (format.Length == 1) format = "%" + format;
        try { return moment.ToString(format, CultureInfo.InvariantCulture); }
        catch (FormatException) { return moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture); }
    }
}

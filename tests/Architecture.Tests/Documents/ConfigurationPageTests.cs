using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Tideline.Architecture.Tests.Code;

namespace Tideline.Architecture.Tests.Documents;

/// <summary>docs/configuration.md lists every key that the code reads.</summary>
public sealed partial class ConfigurationPageTests
{
    [Fact]
    public void The_table_of_options_is_what_the_options_classes_say()
    {
        var text = new StringBuilder();
        foreach (var (section, type, folder) in Bound().OrderBy(b => b.Section, StringComparer.Ordinal))
        {
            text.Append($"### `{section}`\n\n| key | default | limits | meaning |\n|---|---|---|---|\n");
            var defaults = Activator.CreateInstance(type)!;
            foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.SetMethod is { IsPublic: true }).OrderBy(p => p.MetadataToken))
                text.Append($"| `{section}:{property.Name}` | {Value(property.GetValue(defaults))} | {Limits(property)} | {SourceDocs.OfMember(folder, type.Name, property.Name)} |\n");
            text.Append('\n');
        }
        Written.Part("docs/configuration.md", "options", text.ToString());
    }

    /// <summary>Keys that are read by name, not through a class.</summary>
    [Fact]
    public void Every_key_that_is_read_by_name_is_on_the_page()
    {
        var page = Repository.Read("docs/configuration.md");
        var wrong = new Violations();
        foreach (var file in Repository.Files("src", "*.cs"))
            foreach (Match read in ReadByName().Matches(Repository.Read(file)))
            {
                var key = Hole().Replace(read.Groups["key"].Value, "<service>");
                if (key.Contains(':', StringComparison.Ordinal) || key.StartsWith("OTEL_", StringComparison.Ordinal))
                    wrong.AddUnless(page.Contains(key, StringComparison.Ordinal) || (key.StartsWith("OTEL_", StringComparison.Ordinal) && page.Contains("OTEL_EXPORTER_OTLP", StringComparison.Ordinal)), $"{file} reads {key}");
            }
        wrong.AssertNone("Say in docs/configuration.md what these do:");
    }

    [Fact]
    public void The_options_of_the_platform_are_found() =>
        Assert.Superset(new HashSet<string> { "Bus", "Jobs", "Telemetry", "Services:identity", "Services:worker" }, Bound().Select(b => b.Section).ToHashSet());

    private static IEnumerable<(string Section, Type Type, string Folder)> Bound()
    {
        var types = Assemblies.All.SelectMany(a => a.GetTypes()).Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal)).ToLookup(t => t.Name);
        foreach (var file in Repository.Files("src", "*.cs"))
        {
            foreach (Match match in AddOptions().Matches(Repository.Read(file)))
            {
                if (match.Groups["type"].Value.Length < 2 || match.Groups["type"].Value == "TOptions") continue;
                var parts = file.Split('/');
                var folder = string.Join('/', parts.Take(parts[1] == "Services" ? 3 : 2));
                var section = parts[1] == "Services" ? "Services:" + parts[2].ToLowerInvariant() : match.Groups["section"].Value;
                // A service that is not in the catalogue yet is not loaded.
                var type = types[match.Groups["type"].Value].FirstOrDefault(t => parts[1] != "Services" || t.Assembly.GetName().Name == "Tideline." + parts[2]);
                if (type is not null) yield return (section, type, folder);
            }
        }
    }

    private static string Value(object? value) => value switch
    {
        null or "" => "",
        bool b => b ? "`true`" : "`false`",
        _ => $"`{Convert.ToString(value, CultureInfo.InvariantCulture)}`",
    };

    private static string Limits(PropertyInfo property)
    {
        var limits = new List<string>();
        if (property.GetCustomAttribute<RequiredAttribute>() is not null) limits.Add("required");
        if (property.GetCustomAttribute<RangeAttribute>() is { } range) limits.Add($"{range.Minimum} to {range.Maximum}");
        if (property.GetCustomAttribute<MinLengthAttribute>() is { } least) limits.Add($"at least {least.Length} characters");
        if (property.GetCustomAttribute<MaxLengthAttribute>() is { } most) limits.Add($"at most {most.Length} characters");
        if (property.GetCustomAttribute<EmailAddressAttribute>() is not null) limits.Add("e-mail address");
        if (property.GetCustomAttribute<UrlAttribute>() is not null) limits.Add("URL");
        if (property.PropertyType.IsEnum) limits.Add(string.Join(", ", Enum.GetNames(property.PropertyType)));
        return string.Join(", ", limits);
    }

    [GeneratedRegex("AddOptions<(?<type>\\w+)>\\(\\)(\\s*\\.\\s*(BindConfiguration\\(\"(?<section>[^\"]+)\"|Bind\\(\\w+(\\.\\w+)*\\.GetSection\\(\"(?<section>[^\"]+)\"))?")]
    private static partial Regex AddOptions();

    [GeneratedRegex("[cC]onfiguration(\\.GetValue(<\\w+>)?\\(|\\.GetSection\\(|\\[)\\$?\"(?<key>[A-Za-z_]+[^\"]*)\"")]
    private static partial Regex ReadByName();

    [GeneratedRegex("\\{[^}]*\\}")]
    private static partial Regex Hole();
}

using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Tideline.Contracts;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;

namespace Tideline.Architecture.Tests.Documents;

/// <summary>docs/events.md is made from the contracts and from what services declare.</summary>
public sealed class EventCatalogueTests(ArchitectureFixture fixture)
{
    private static readonly NullabilityInfoContext Nullability = new();

    [Fact]
    public void The_catalogue_of_events_is_what_the_contracts_say() => Written.Whole("docs/events.md", Page(fixture.Registrations));

    [Fact]
    public void Every_event_says_what_it_means()
    {
        var wrong = new Violations();
        foreach (var (name, type) in EventTypes.All) wrong.AddUnless(SourceDocs.OfType("src/Contracts", type.Name).Length > 0, $"{name} ({type.Name}) has no summary");
        wrong.AssertNone("An event that is not explained is handled by guessing:");
    }

    private static string Page(IReadOnlyList<ServiceRegistration> services)
    {
        var page = new StringBuilder("""
            # Events

            Every fact that services tell each other. Made from `src/Contracts` and from what services declare, by `UPDATE_DOCS=1 ./test Documents`.

            An event is published in the transaction that makes it true, reaches each subscriber at least once and takes effect there exactly once. Order holds between events of
            one *key*. Evolution is additive: readers ignore members that they do not know, and no member is renamed, removed or made required.


            """);
        foreach (var owner in EventTypes.All.GroupBy(e => e.Value.Namespace!.Split('.')[^1]).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.AppendLine($"## {owner.Key.ToLowerInvariant()}").AppendLine();
            foreach (var (name, type) in owner.OrderBy(e => e.Key, StringComparer.Ordinal))
            {
                var attribute = EventTypes.Of(type);
                page.AppendLine($"### `{name}`{(attribute.Version > 1 ? $" version {attribute.Version}" : "")}").AppendLine();
                page.AppendLine(SourceDocs.OfType("src/Contracts", type.Name)).AppendLine();
                page.AppendLine("| member | type | |").AppendLine("|---|---|---|");
                foreach (var member in type.GetProperties().Where(p => p.SetMethod is not null).OrderBy(p => p.DeclaringType == type).ThenBy(p => p.MetadataToken))
                    page.AppendLine($"| `{JsonNamingPolicy.CamelCase.ConvertName(member.Name)}` | {TypeName(member)} | {Note(member)} |");
                var publishers = services.Where(s => s.Publishes.Contains(type)).Select(s => s.Name).Order(StringComparer.Ordinal).ToList();
                if (type == typeof(Contracts.Worker.JobRequested)) publishers = ["every service that enqueues jobs"];
                if (type == typeof(Contracts.Gateway.AccessDenied)) publishers = ["the gateway"];
                var subscribers = services.SelectMany(s => s.Subscriptions).Where(s => s.Event == type).Select(s => s.Name).Order(StringComparer.Ordinal).ToList();
                page.AppendLine().AppendLine($"Published by {(publishers.Count == 0 ? "nobody yet" : string.Join(", ", publishers))}. Handled by {(subscribers.Count == 0 ? "nobody" : string.Join(", ", subscribers.Select(s => $"`{s}`")))}.").AppendLine();
            }
        }
        page.AppendLine("## Types").AppendLine();
        foreach (var type in EventTypes.All.Values.SelectMany(t => t.GetProperties()).Select(p => Inner(p.PropertyType)).Where(t => t.Assembly == typeof(IEvent).Assembly).Distinct().OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            page.AppendLine($"### {type.Name}").AppendLine().AppendLine(SourceDocs.OfType("src/Contracts", type.Name)).AppendLine();
            page.AppendLine("| member | type | |").AppendLine("|---|---|---|");
            foreach (var member in type.GetProperties().Where(p => p.SetMethod is not null).OrderBy(p => p.MetadataToken))
                page.AppendLine($"| `{JsonNamingPolicy.CamelCase.ConvertName(member.Name)}` | {TypeName(member)} | {Note(member)} |");
            page.AppendLine();
        }
        return page.ToString();
    }

    private static string Note(PropertyInfo member)
    {
        var isOptional = Nullable.GetUnderlyingType(member.PropertyType) is not null || Nullability.Create(member).ReadState == NullabilityState.Nullable
            || (!member.IsDefined(typeof(RequiredMemberAttribute)) && member.DeclaringType!.GetConstructors().All(c => c.GetParameters().Length < 2));
        return string.Join(" ", new[] { isOptional ? "optional." : "", SourceDocs.OfMember("src/Contracts", member.DeclaringType!.Name, member.Name) }.Where(s => s.Length > 0));
    }

    private static Type Inner(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsGenericType ? Inner(type.GetGenericArguments()[^1]) : type;
    }

    private static string TypeName(PropertyInfo member) => TypeName(member.PropertyType);

    private static string TypeName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType) return type.Name.Contains("Dictionary", StringComparison.Ordinal) ? "object of " + TypeName(type.GetGenericArguments()[1]) : "list of " + TypeName(type.GetGenericArguments()[0]);
        if (type == typeof(Guid)) return "uuid";
        if (type == typeof(string)) return "string";
        if (type == typeof(bool)) return "boolean";
        if (type == typeof(DateTimeOffset)) return "time";
        if (type.IsPrimitive || type == typeof(decimal)) return "number";
        if (type.IsEnum) return string.Join(" \\| ", Enum.GetNames(type).Select(n => $"`{JsonNamingPolicy.CamelCase.ConvertName(n)}`"));
        return type.Name;
    }
}

using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Tideline.Platform.Hosting;

namespace Tideline.Architecture.Tests.Code;

/// <summary>How types are declared.</summary>
public sealed class TypeTests(ArchitectureFixture fixture)
{
    private static readonly string[] VagueNames = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common", "Dto", "Impl", "Base"];

    /// <summary>Public for another reason, which is given.</summary>
    private static readonly Dictionary<string, string> AlsoPublic = new(StringComparer.Ordinal)
    {
        ["Tideline.Identity.IdentitySeed"] = "the host makes the demo workspace's people with it",
        ["Tideline.Identity.DemoWorkspace"] = "what it answers",
        ["Tideline.Leads.DuplicatePolicy"] = "part of the mapping of an import",
    };

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public void What_a_service_shows_is_itself_and_what_goes_over_the_wire(string service)
    {
        var registration = fixture.Registrations.Single(r => r.Name == service);
        var wire = new HashSet<Type>();
        foreach (var route in fixture.Routes.Where(r => r.Service == service))
        {
            if (route.Body is { } body) Reach(body, wire);
            foreach (var answer in route.Endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
                if (answer.Type is { } type) Reach(type, wire);
            foreach (var parameter in route.Handler?.GetParameters() ?? []) Reach(parameter.ParameterType, wire);
        }
        var wrong = new Violations();
        foreach (var type in registration.Assembly.Written().Where(t => t.IsVisible && !typeof(IService).IsAssignableFrom(t)))
            wrong.AddUnless(wire.Contains(type) || AlsoPublic.ContainsKey(type.FullName!), $"{type.FullName} is public and in no request or answer");
        wrong.AssertNone("Everything in a service is internal but XService and its requests and answers:");
    }

    /// <summary>Validation skips an internal request type without a word.</summary>
    [Fact]
    public void Every_request_body_is_public()
    {
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r is { IsPublic: true, Body: not null }))
            wrong.AddUnless(Plain(route.Body!).All(t => t.IsVisible), $"{route}: {route.Body} is not public, so nothing validates it");
        wrong.AssertNone("Request records are public:");
    }

    [Fact]
    public void Classes_are_sealed_unless_something_derives_from_them()
    {
        var all = Assemblies.All.SelectMany(a => a.Written()).ToList();
        var bases = all.Select(t => t.BaseType).Where(t => t is not null).Select(t => t!.IsGenericType ? t.GetGenericTypeDefinition() : t).ToHashSet();
        var open = Unsealed(all, bases!);
        var wrong = new Violations();
        foreach (var type in open) wrong.Add(type.FullName!);
        wrong.AssertNone("Seal what nobody derives from:");
    }

    [Fact]
    public void An_open_class_is_seen() => Assert.Equal([typeof(Open)], Unsealed([typeof(Open), typeof(Closed), typeof(Parent), typeof(Child)], [typeof(Parent)]));

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        var wrong = new Violations();
        foreach (var type in Assemblies.All.SelectMany(a => a.Written()))
        {
            var name = type.Name.Split('`')[0];
            wrong.AddUnless(!VagueNames.Any(v => name.EndsWith(v, StringComparison.Ordinal)), type.FullName!);
        }
        wrong.AssertNone("Manager, Helper, Util, Common, Dto, Base, Impl say nothing:");
    }

    /// <summary>A public type of the platform or the contracts is read in an editor by people who write services.</summary>
    [Fact]
    public void Every_public_type_of_platform_and_contracts_is_documented()
    {
        var wrong = new Violations();
        foreach (var file in Repository.Files("src/Platform", "*.cs").Concat(Repository.Files("src/Contracts", "*.cs")))
        {
            var lines = Repository.Read(file).Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                if (!lines[i].StartsWith("public ", StringComparison.Ordinal) || !IsType(lines[i])) continue;
                var above = i - 1;
                while (above >= 0 && lines[above].StartsWith('[')) above--;
                wrong.AddUnless(above >= 0 && lines[above].StartsWith("///", StringComparison.Ordinal), $"{file}:{i + 1} {lines[i].Trim()}");
            }
        }
        wrong.AssertNone("Say what it is for:");
    }

    private static bool IsType(string line) =>
        line.Split(' ').Any(word => word is "class" or "record" or "struct" or "interface" or "enum");

    private static List<Type> Unsealed(IEnumerable<Type> types, HashSet<Type> bases) =>
        [.. types.Where(t => t is { IsClass: true, IsAbstract: false, IsSealed: false } && !bases.Contains(t))];

    private static void Reach(Type type, HashSet<Type> reached)
    {
        foreach (var plain in Plain(type))
        {
            if (!reached.Add(plain) || plain.Assembly == typeof(object).Assembly) continue;
            if (plain.BaseType is { } parent) Reach(parent, reached);
            foreach (var property in plain.GetProperties()) Reach(property.PropertyType, reached);
        }
    }

    /// <summary>The types that a type is made of: itself, its arguments, its elements.</summary>
    private static IEnumerable<Type> Plain(Type type)
    {
        if (type.HasElementType) return Plain(type.GetElementType()!);
        if (type.IsGenericType) return type.GetGenericArguments().SelectMany(Plain).Append(type.GetGenericTypeDefinition());
        return [type];
    }

#pragma warning disable CA1852 // This is what the check must find.
    private class Open;
#pragma warning restore CA1852

    private sealed class Closed;

    private class Parent;

    private sealed class Child : Parent;
}

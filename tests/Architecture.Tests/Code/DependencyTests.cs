using System.Reflection;
using System.Xml.Linq;
using Tideline.Host;

namespace Tideline.Architecture.Tests.Code;

/// <summary>Who may know whom.</summary>
public sealed class DependencyTests
{
    [Fact]
    public void Services_know_the_platform_and_the_contracts_and_never_each_other()
    {
        var wrong = new Violations();
        foreach (var service in Assemblies.Services)
            foreach (var name in ForeignReferences(service)) wrong.Add($"{service.GetName().Name} references {name}");
        foreach (var project in Repository.Files("src/Services", "*.csproj"))
            foreach (var reference in ProjectReferences(project))
                wrong.AddUnless(reference is "Platform" or "Contracts", $"{project} references {reference}");
        wrong.AssertNone("A service is reached through its contracts, not through its code:");
    }

    [Fact]
    public void Contracts_and_platform_stand_below_everything_else()
    {
        var wrong = new Violations();
        foreach (var name in Assemblies.Contracts.GetReferencedAssemblies().Select(a => a.Name!))
            wrong.AddUnless(name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard" or "mscorlib", $"Contracts references {name}");
        wrong.AddUnless(!Repository.Read("src/Contracts/Contracts.csproj").Contains("Reference Include", StringComparison.Ordinal), "Contracts.csproj has references; other services compile against it and nothing else");
        foreach (var name in Own(Assemblies.Platform)) wrong.AddUnless(name == "Tideline.Contracts", $"Platform references {name}");
        wrong.AssertNone("What everybody stands on may stand on nobody:");
    }

    [Fact]
    public void Every_folder_of_a_service_is_in_the_catalogue_and_in_the_solution()
    {
        var wrong = new Violations();
        var solution = Repository.Read("Tideline.slnx");
        var known = Assemblies.Services.Select(a => a.GetName().Name).ToHashSet();
        foreach (var project in Repository.Files("src/Services", "*.csproj"))
        {
            wrong.AddUnless(solution.Contains($"\"{project}\"", StringComparison.Ordinal), $"{project} is not in Tideline.slnx");
            var name = Path.GetFileNameWithoutExtension(project);
            if (!Repository.Files($"src/Services/{name}", $"{name}Service.cs").Any()) continue; // its service is not written yet
            wrong.AddUnless(known.Contains("Tideline." + name), $"{name} is not in Catalog.cs");
        }
        wrong.AssertNone("A service that nobody hosts or builds is dead code:");
    }

    /// <summary>One process or many is the host's decision; a service that asks would behave differently where nobody tests it.</summary>
    [Fact]
    public void No_service_asks_for_the_topology()
    {
        var wrong = new Violations();
        foreach (var file in Repository.Files("src/Services", "*.cs").Concat(Repository.Files("src/Contracts", "*.cs")))
            foreach (var word in (string[])["Topology", "IsGateway", "Tideline.Host", "EmbeddedPostgres"])
                wrong.AddUnless(!Repository.Read(file).Contains(word, StringComparison.Ordinal), $"{file} names {word}");
        wrong.AssertNone("The topology is decided once, in the host:");
    }

    [Fact]
    public void Names_in_the_catalogue_fit_their_types()
    {
        foreach (var service in Catalog.All)
        {
            var name = char.ToUpperInvariant(service.Name[0]) + service.Name[1..];
            Assert.Equal($"Tideline.{name}.{name}Service", service.GetType().FullName);
            Assert.Equal("Tideline." + name, service.GetType().Assembly.GetName().Name);
        }
        Assert.Equal(Catalog.All.Count, Catalog.All.Select(s => s.Name).Distinct().Count());
    }

    /// <summary>The negative control: the host does what a service may not.</summary>
    [Fact]
    public void A_reference_to_a_service_is_seen() => Assert.Contains("Tideline.Leads", ForeignReferences(typeof(Catalog).Assembly));

    private static IEnumerable<string> ForeignReferences(Assembly assembly) => Own(assembly).Where(n => n is not ("Tideline.Platform" or "Tideline.Contracts"));

    private static IEnumerable<string> Own(Assembly assembly) =>
        assembly.GetReferencedAssemblies().Select(a => a.Name!).Where(n => n.StartsWith("Tideline.", StringComparison.Ordinal) || n == "tideline");

    private static IEnumerable<string> ProjectReferences(string project) =>
        XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value.Replace('\\', '/')));
}

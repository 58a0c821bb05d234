using System.Reflection;
using System.Runtime.CompilerServices;
using Tideline.Contracts;
using Tideline.Host;
using Tideline.Platform.Hosting;

namespace Tideline.Architecture.Tests.Code;

/// <summary>The assemblies of the product.</summary>
internal static class Assemblies
{
    public static Assembly Contracts { get; } = typeof(IEvent).Assembly;
    public static Assembly Platform { get; } = typeof(IService).Assembly;
    public static IReadOnlyList<Assembly> Services { get; } = [.. Catalog.All.Select(s => s.GetType().Assembly).Distinct()];
    public static IReadOnlyList<Assembly> All { get; } = [Contracts, Platform, typeof(Catalog).Assembly, typeof(Tideline.Platform.EmbeddedPostgres.EmbeddedPostgres).Assembly, .. Services];

    /// <summary>Types that somebody wrote, not the compiler and not a source generator.</summary>
    public static IEnumerable<Type> Written(this Assembly assembly) => assembly.GetTypes().Where(t =>
        t.Namespace?.StartsWith("Tideline", StringComparison.Ordinal) == true
        && !Generated(t) && !t.Name.Contains('<', StringComparison.Ordinal));

    private static bool Generated(Type? type) => type is not null
        && (type.IsDefined(typeof(CompilerGeneratedAttribute), false) || type.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), false) || Generated(type.DeclaringType));
}

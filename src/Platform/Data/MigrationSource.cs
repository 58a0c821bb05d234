using System.Reflection;

namespace Tideline.Platform.Data;

/// <summary>A folder of embedded migrations: one assembly may hold several, each for another kind of database.</summary>
/// <param name="Assembly">Where the scripts are embedded.</param>
/// <param name="Prefix">Names of the resources begin with this.</param>
internal sealed record MigrationSource(Assembly Assembly, string Prefix)
{
    /// <summary>Every folder of migrations has this name.</summary>
    public const string Folder = ".Migrations.";

    /// <summary>What the platform keeps in every service's database.</summary>
    public static MigrationSource Platform { get; } = new(typeof(MigrationSource).Assembly, "Tideline.Platform.Data.");

    /// <summary>The migrations of a service.</summary>
    public static MigrationSource Of(Assembly service) => new(service, "");
}

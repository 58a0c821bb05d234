namespace Tideline.Host.Commands;

/// <summary>Copies <c>templates/service</c> into a checkout and enters the new service where services are listed. All of it, or nothing.</summary>
internal sealed class ServiceTemplate(string root)
{
    private const string Folder = "templates/service";

    /// <summary>The checkout around a folder.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ServiceTemplate Around(string folder)
    {
        for (var here = new DirectoryInfo(folder); here is not null; here = here.Parent)
            if (File.Exists(Path.Combine(here.FullName, "Tideline.slnx")) && Directory.Exists(Path.Combine(here.FullName, Folder))) return new ServiceTemplate(here.FullName);
        throw new UsageException("This makes a service inside a checkout of Tideline: run it in one.");
    }

    /// <summary>Makes the service.</summary>
    /// <returns>The files that were made or changed, relative to the checkout.</returns>
    /// <exception cref="UsageException">There is such a service, or a list was not found where it is expected; nothing was written.</exception>
    public IReadOnlyList<string> Make(ServiceNames names)
    {
        var made = new Dictionary<string, string>(StringComparer.Ordinal);
        var template = Path.Combine(root, Folder);
        foreach (var file in Directory.EnumerateFiles(template, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var path = names.Fill(Path.GetRelativePath(template, file).Replace('\\', '/'));
            if (File.Exists(Path.Combine(root, path))) throw new UsageException($"{path} is there already.");
            made[path] = names.Fill(File.ReadAllText(file));
        }
        var folder = names.Fill("src/Services/__Service__");
        if (Directory.Exists(Path.Combine(root, folder))) throw new UsageException($"{folder} is there already.");
        Enter(made, "Tideline.slnx", names.Fill("    <Project Path=\"src/Services/__Service__/__Service__.csproj\" />\n"), after: "<Folder Name=\"/src/Services/\">\n");
        Enter(made, "src/Host/Catalog.cs", names.Fill("        new __Service__.__Service__Service(),\n"), before: "    ];");
        // What no role may do, nobody may do: the permissions of all services are in identity's table.
        Enter(made, "src/Services/Identity/Permissions.cs", names.Fill(
            "        (\"__service__:read\", \"OAMGYB\", \"See __entities_words__\"),\n" +
            "        (\"__service__:write\", \"OAM\", \"Make, change and delete __entities_words__\"),\n"), before: "    ];");
        foreach (var (path, text) in made)
        {
            var target = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, text);
        }
        return [.. made.Keys];
    }

    private void Enter(Dictionary<string, string> made, string path, string lines, string? before = null, string? after = null)
    {
        var text = File.ReadAllText(Path.Combine(root, path)).ReplaceLineEndings("\n");
        var place = text.IndexOf(before ?? after!, StringComparison.Ordinal);
        if (place < 0) throw new UsageException($"{path} has no line '{(before ?? after)!.Trim()}' any more; the new service cannot be entered there.");
        made[path] = text.Insert(after is null ? place : place + after.Length, lines);
    }
}

namespace Tideline.Host;

/// <summary>The built console: beside the binary when published, in the project's folder when run from a checkout.</summary>
internal static class WebRoot
{
    public static string Find()
    {
        var published = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (Directory.Exists(published)) return published;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var checkout = Path.Combine(folder.FullName, "src", "Host", "wwwroot");
            if (Directory.Exists(checkout)) return checkout;
        }
        Directory.CreateDirectory(published);
        return published;
    }
}

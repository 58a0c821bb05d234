namespace Tideline.Platform.Text;

/// <summary>Text files embedded beside this folder's code. Lines that begin with # are comments.</summary>
internal static class Resource
{
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(Resource).Assembly.GetManifestResourceStream("Tideline.Platform.Text." + name)
            ?? throw new InvalidOperationException($"Resource {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#') yield return line;
        }
    }
}

namespace Tideline.Platform.Tests.Text;

/// <summary>Corpora embedded beside the tests. Lines that begin with # are comments.</summary>
internal static class Fixtures
{
    public static IEnumerable<string> Lines(string name)
    {
        using var stream = typeof(Fixtures).Assembly.GetManifestResourceStream("Tideline.Platform.Tests.Text." + name)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#') yield return line;
        }
    }
}

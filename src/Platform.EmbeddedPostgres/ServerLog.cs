namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>What the server has written to its log files since a moment.</summary>
internal sealed class ServerLog(string folder)
{
    private const int MostCharacters = 4000;
    private readonly Dictionary<string, long> _lengths = Files(folder).ToDictionary(file => file.FullName, file => file.Length);

    public string Since()
    {
        var text = string.Concat(Files(folder).OrderBy(file => file.LastWriteTimeUtc).Select(Rest)).Trim();
        return text.Length <= MostCharacters ? text : text[^MostCharacters..];
    }

    private static FileInfo[] Files(string folder) => new DirectoryInfo(folder).GetFiles("*.log");

    private string Rest(FileInfo file)
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var before = _lengths.GetValueOrDefault(file.FullName);
        if (before <= stream.Length) stream.Position = before; // shorter: emptied on rotation, all of it is new
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

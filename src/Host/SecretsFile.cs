using System.Security.Cryptography;
using System.Text.Json;

namespace Tideline.Host;

/// <summary>
/// Secrets of an installation on one machine: passwords of the database roles, secrets of the services, keys. Made once, random, in a file
/// that only its owner may read. With external databases nothing is made up: every secret must be configured.
/// </summary>
internal sealed class SecretsFile
{
    private readonly string _path;
    private readonly Dictionary<string, string> _values;

    private SecretsFile(string path, Dictionary<string, string> values) => (_path, _values) = (path, values);

    public static SecretsFile Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "secrets.json");
        var values = File.Exists(path)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))!
            : new Dictionary<string, string>(StringComparer.Ordinal);
        return new SecretsFile(path, values);
    }

    /// <summary>The secret of this name; 256 random bits, made when it is first asked for.</summary>
    public string this[string name]
    {
        get
        {
            if (_values.TryGetValue(name, out var known)) return known;
            return _values[name] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        }
    }

    /// <summary>Writes what was made, all or nothing.</summary>
    public void Save()
    {
        var draft = $"{_path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(stream, _values);
            stream.Flush(flushToDisk: true);
        }
        File.Move(draft, _path, overwrite: true);
    }
}

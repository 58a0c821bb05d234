using System.Security.Cryptography;
using System.Text.Json;

namespace Tideline.Host;

/// <summary>
/// Secrets of an installation on one machine: passwords of the database roles, secrets of the services, keys. Made once, random, in a file
/// that only its owner may read. With external databases nothing is made up: every secret must be configured.
/// </summary>
internal sealed class SecretsFile : IDisposable
{
    private readonly string _path;
    private readonly Dictionary<string, string> _values;

    private readonly FileStream _lock;

    private SecretsFile(string path, Dictionary<string, string> values, FileStream @lock) => (_path, _values, _lock) = (path, values, @lock);

    /// <summary>Opens the file for this process alone: several that start at once on one folder must not make up different secrets.</summary>
    public static async Task<SecretsFile> OpenAsync(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, "secrets.json");
        var held = await LockAsync(path + ".lock", ct);
        var values = File.Exists(path)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path))!
            : new Dictionary<string, string>(StringComparer.Ordinal);
        return new SecretsFile(path, values, held);
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 200)
            {
                await Task.Delay(50, ct);
            }
        }
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

    /// <summary>Password of everybody in the demo workspace: for typing, so twelve letters in three groups (60 bits).</summary>
    public string DemoPassword
    {
        get
        {
            if (_values.TryGetValue("demo:password", out var known)) return known;
            var letters = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", 12);
            return _values["demo:password"] = $"{letters[..4]}-{letters[4..8]}-{letters[8..]}";
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

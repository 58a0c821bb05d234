using System.Globalization;
using System.Security.Cryptography;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>The data folder: what lies where in it, held by one process at a time.</summary>
internal sealed class DataPlace : IDisposable
{
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly FolderLock _lock;

    private DataPlace(string folder, RunAs user, FolderLock @lock) => (Folder, User, _lock) = (folder, user, @lock);

    public string Folder { get; }
    public RunAs User { get; }
    public string Cluster => Path.Combine(Folder, "cluster");
    public string Log => Path.Combine(Folder, "log");
    public string PasswordFile => Path.Combine(Folder, "password");
    public string LockFile => Path.Combine(Folder, FolderLock.FileName);
    private string PortFile => Path.Combine(Folder, "port");

    /// <summary>Where programs are copied that the run-as user cannot reach. Not in /tmp: others could put theirs there first.</summary>
    public string Copies => User.IsNobody ? "/var/cache/tideline" : Path.Combine(Folder, "programs");

    /// <summary>Major version of the cluster, null when there is none yet.</summary>
    public int? ClusterMajor =>
        File.Exists(Path.Combine(Cluster, "PG_VERSION"))
            ? int.Parse(File.ReadAllText(Path.Combine(Cluster, "PG_VERSION")).Trim(), CultureInfo.InvariantCulture)
            : null;

    public static async Task<DataPlace> OpenAsync(string folder, RunAs user, CancellationToken ct)
    {
        folder = Path.GetFullPath(folder);
        try
        {
            if (!Directory.Exists(folder)) CreatePrivateFolder(folder);
            folder = await ReachableAsync(folder, user, ct);
            user.Own(folder);
            var place = new DataPlace(folder, user, await FolderLock.TakeAsync(folder, user, ct));
            if (!Directory.Exists(place.Log)) CreatePrivateFolder(place.Log);
            user.Own(place.Log);
            return place;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException($"The data folder '{folder}' cannot be used: {e.Message}", e);
        }
    }

    public string ReadPassword()
    {
        if (!File.Exists(PasswordFile))
            throw new EmbeddedPostgresException($"'{PasswordFile}' is missing: without it nobody gets into the cluster beside it. Restore the file, or move the folder away to start afresh.");
        return File.ReadAllText(PasswordFile).Trim();
    }

    public void WriteNewPassword()
    {
        File.Delete(PasswordFile);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OnlyOwner;
        using (var file = new StreamWriter(PasswordFile, options))
            file.Write(RandomNumberGenerator.GetHexString(48, lowercase: true));
        User.Own(PasswordFile);
    }

    public int? LastPort() =>
        File.Exists(PortFile) && int.TryParse(File.ReadAllText(PortFile), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    public void RememberPort(int port) => File.WriteAllText(PortFile, port.ToString(CultureInfo.InvariantCulture));

    public void Dispose() => _lock.Dispose();

    /// <summary>
    /// Started by root in a folder that only root may enter (root's home, say), PostgreSQL could not reach its data as
    /// nobody. The data then lives under /var/lib/tideline, and the folder holds a pointer to it.
    /// </summary>
    private static async Task<string> ReachableAsync(string folder, RunAs user, CancellationToken ct)
    {
        if (!user.IsNobody) return folder;
        user.Own(folder);
        if (await user.CanEnterAsync(folder, ct)) return folder;

        var pointer = Path.Combine(folder, "moved-to");
        try
        {
            await using var file = new StreamWriter(pointer, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None });
            await file.WriteAsync($"/var/lib/tideline/{Guid.CreateVersion7():N}");
        }
        catch (IOException) when (File.Exists(pointer))
        {
            // A second start finds the first one's choice.
        }
        var elsewhere = (await File.ReadAllTextAsync(pointer, ct)).Trim();
        if (elsewhere.Length == 0)
            throw new EmbeddedPostgresException($"'{pointer}' is empty. Delete it when no other process is starting.");
        if (!Directory.Exists(elsewhere)) CreatePrivateFolder(elsewhere);
        user.Own(elsewhere);
        if (!await user.CanEnterAsync(elsewhere, ct))
            throw new EmbeddedPostgresException(
                $"PostgreSQL does not run as root, and user nobody may enter neither '{folder}' nor '{elsewhere}'. Choose a data folder outside of private homes, or run as an ordinary user.");
        return elsewhere;
    }

    private static void CreatePrivateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }
        if (Path.GetDirectoryName(path) is { } parent) Directory.CreateDirectory(parent);
        Directory.CreateDirectory(path, OnlyOwner | UnixFileMode.UserExecute);
    }
}

using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>
/// Keeps a second process out of a data folder: a file locked by the kernel (flock), so that it is free again however its
/// owner ends. The owner's process id lies in a file beside it, as a locked file cannot be read, and is for messages only.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    public const string FileName = "lock";
    private const string OwnerFileName = "owner";
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <exception cref="EmbeddedPostgresException">Another process has the folder.</exception>
    public static async Task<FolderLock> TakeAsync(string folder, RunAs user, CancellationToken ct)
    {
        var path = Path.Combine(folder, FileName);
        var ownerPath = Path.Combine(folder, OwnerFileName);
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
                user.Own(path);
                await File.WriteAllTextAsync(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
                return new FolderLock(file);
            }
            catch (IOException e) when (IsSharingViolation(e))
            {
                // The owner named there may be dead and its server just being stopped on its behalf (see Watchdog): that ends soon.
                var owner = ReadOwner(ownerPath);
                if ((owner is not null && IsAlive(owner.Value)) || Stopwatch.GetElapsedTime(since) > s_patience)
                    throw new EmbeddedPostgresException(
                        $"The data folder '{folder}' is in use by process {owner?.ToString(CultureInfo.InvariantCulture) ?? "(unknown)"}. Stop that process first, or choose another folder.");
            }
            await Task.Delay(s_pause, ct);
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool IsSharingViolation(IOException e) =>
        e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : OperatingSystem.IsMacOS() ? 35 : 11);

    private static int? ReadOwner(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (Win32Exception)
        {
            return true; // it is there, but not ours to look at
        }
    }
}

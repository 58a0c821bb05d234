namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>Makes the cluster: the files that one server serves.</summary>
internal static class Cluster
{
    public const string Superuser = "postgres";

    // Everything beside the cluster that begins so is an attempt that was cut off.
    private const string AttemptPrefix = "cluster.new-";

    /// <summary>
    /// Makes the cluster unless it is there. It is made under another name and renamed when whole, so that an attempt cut
    /// off in the middle leaves nothing that looks like a cluster.
    /// </summary>
    public static async Task EnsureAsync(DataPlace place, Binaries binaries, bool forTests, CancellationToken ct)
    {
        RemoveAttempts(place.Folder);
        if (place.ClusterMajor is not null) return;
        if (Directory.Exists(place.Cluster))
            throw new EmbeddedPostgresException($"'{place.Cluster}' is there but is no PostgreSQL cluster. Move it away, or choose another data folder.");

        place.WriteNewPassword();
        var attempt = Path.Combine(place.Folder, $"{AttemptPrefix}{Guid.NewGuid():N}");
        var (exit, output) = await place.User.RunAsync(binaries.InitDb, Arguments(attempt, place, binaries, forTests), place.Folder, ct);
        if (exit != 0) throw new EmbeddedPostgresException($"initdb failed ({binaries.InitDb}, PostgreSQL {binaries.Version}):{Environment.NewLine}{output}");

        await File.AppendAllTextAsync(Path.Combine(attempt, "postgresql.conf"), $"\ninclude_if_exists = '{Configuration.FileName}'\n", ct);
        Directory.Move(attempt, place.Cluster);
    }

    private static List<string> Arguments(string folder, DataPlace place, Binaries binaries, bool forTests)
    {
        List<string> arguments = ["-D", folder, "-U", Superuser, $"--pwfile={place.PasswordFile}", "--auth=scram-sha-256", "--encoding=UTF8"];
        // Code point order for text without a collation, yet upper('ö') is 'Ö', which --no-locale would not give.
        // Not the operating system's collation where there is another: its order changes with the system, and indexes break.
        arguments.AddRange(binaries.Major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C.UTF-8"]);
        if (forTests) arguments.Add("--no-sync");
        return arguments;
    }

    private static void RemoveAttempts(string folder)
    {
        foreach (var attempt in Directory.EnumerateDirectories(folder, AttemptPrefix + "*"))
            try
            {
                Directory.Delete(attempt, recursive: true);
            }
            catch (IOException)
            {
                // Its initdb is still writing, having survived the process that started it: the next start removes it.
            }
    }
}

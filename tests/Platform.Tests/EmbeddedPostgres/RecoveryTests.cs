using System.Diagnostics;
using System.Globalization;
using Tideline.Platform.EmbeddedPostgres;

namespace Tideline.Platform.Tests.EmbeddedPostgres;

/// <summary>What was cut off, whenever it was, is put right by the next start.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public async Task A_killed_server_recovers_at_the_next_start()
    {
        await using var folder = new PrivateServer();
        var durable = folder.Options with { ForTests = false };
        var first = await folder.StartAsync(durable);
        await PrivateServer.AskAsync(first, "create table kept as select 42 as n");
        var killed = Postmaster.Read(folder.Cluster)!;
        using (var process = Process.GetProcessById(killed.ProcessId)) process.Kill();
        await PrivateServer.EndOfAsync(killed);
        await first.StopAsync(PrivateServer.Ct);
        Assert.NotNull(Postmaster.Read(folder.Cluster)); // the dead server's file is still there

        var second = await folder.StartAsync(durable);
        Assert.Equal("42", await PrivateServer.AskAsync(second, "select n from kept"));
    }

    [Fact]
    public async Task The_server_of_a_killed_process_is_adopted_and_stopped_in_the_end()
    {
        await using var folder = new PrivateServer();
        using var holder = await Holder.StartAsync(folder.Folder, graceSeconds: 60);
        var orphan = Postmaster.Read(folder.Cluster)!;
        await holder.KillAsync();
        Assert.True(orphan.IsAlive());

        var server = await folder.StartAsync();
        Assert.Equal(orphan.ProcessId, Postmaster.Read(folder.Cluster)!.ProcessId);
        Assert.Equal(holder.Port, server.Port);
        Assert.Equal("1", await PrivateServer.AskAsync(server, "select 1"));

        await server.StopAsync(PrivateServer.Ct);
        Assert.False(orphan.IsAlive());
    }

    [Fact]
    public async Task A_left_over_server_with_other_settings_is_restarted()
    {
        await using var folder = new PrivateServer();
        using var holder = await Holder.StartAsync(folder.Folder, graceSeconds: 60);
        var orphan = Postmaster.Read(folder.Cluster)!;
        await holder.KillAsync();

        var server = await folder.StartAsync(folder.Options with { Settings = new Dictionary<string, string> { ["work_mem"] = "7MB" } });
        Assert.False(orphan.IsAlive());
        Assert.Equal("7MB", await PrivateServer.AskAsync(server, "show work_mem"));
    }

    [Fact]
    public async Task A_left_over_server_that_refuses_our_password_is_left_alone()
    {
        await using var folder = new PrivateServer();
        using var holder = await Holder.StartAsync(folder.Folder, graceSeconds: 60);
        var orphan = Postmaster.Read(folder.Cluster)!;
        await holder.KillAsync();
        var file = Path.Combine(folder.Folder, "password");
        var password = await File.ReadAllTextAsync(file, PrivateServer.Ct);

        await File.WriteAllTextAsync(file, "something else", PrivateServer.Ct);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(folder.StartAsync);
        Assert.Contains(file, refused.Message);
        Assert.True(orphan.IsAlive());

        await File.WriteAllTextAsync(file, password, PrivateServer.Ct);
        await (await folder.StartAsync()).StopAsync(PrivateServer.Ct);
        Assert.False(orphan.IsAlive());
    }

    [Fact]
    public async Task The_server_of_a_killed_process_stops_when_nobody_adopts_it()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "The watchdog needs flock(1).");
        await using var folder = new PrivateServer();
        using var holder = await Holder.StartAsync(folder.Folder, graceSeconds: 0);
        var orphan = Postmaster.Read(folder.Cluster)!;
        await holder.KillAsync();
        await PrivateServer.EndOfAsync(orphan);
    }

    [Fact]
    public async Task A_late_watchdog_does_not_stop_a_server_that_was_adopted()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/flock"), "The watchdog needs flock(1).");
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync();
        var pgCtl = Path.Combine(BinarySearch.OfThisProcess().Candidates()[0], "pg_ctl");
        var late = RunAs.Current.Describe("/bin/sh", ["-c", Watchdog.Script, "sh", "0", Path.Combine(folder.Folder, "lock"), pgCtl, folder.Cluster], "/");
        late.RedirectStandardInput = true;
        using (var shell = Process.Start(late)!)
        {
            shell.StandardInput.Close(); // as the kernel does when the process that started it dies
            await shell.WaitForExitAsync(PrivateServer.Ct);
            Assert.Equal(1, shell.ExitCode); // it gave up, as somebody has the lock
        }
        Assert.Equal("1", await PrivateServer.AskAsync(server, "select 1"));
    }

    [Fact]
    public async Task A_second_process_is_told_who_has_the_folder()
    {
        await using var folder = new PrivateServer();
        using var holder = await Holder.StartAsync(folder.Folder, graceSeconds: 0);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(folder.StartAsync);
        Assert.Contains($"in use by process {holder.ProcessId}", refused.Message);
        var orphan = Postmaster.Read(folder.Cluster)!;
        await holder.KillAsync();
        await PrivateServer.EndOfAsync(orphan);
    }

    [Fact]
    public async Task Making_the_cluster_is_repeated_when_it_was_cut_off()
    {
        await using var folder = new PrivateServer();
        var cutOff = Directory.CreateDirectory(Path.Combine(folder.Folder, "cluster.new-0"));
        await File.WriteAllTextAsync(Path.Combine(cutOff.FullName, "PG_VERSION"), "18", PrivateServer.Ct);
        await File.WriteAllTextAsync(Path.Combine(folder.Folder, "password"), "of the first attempt", PrivateServer.Ct);

        var server = await folder.StartAsync();
        Assert.Equal("1", await PrivateServer.AskAsync(server, "select 1"));
        Assert.False(cutOff.Exists && Directory.Exists(cutOff.FullName));
    }

    [Fact]
    public async Task A_process_number_that_another_program_has_by_now_is_no_server()
    {
        await using var folder = new PrivateServer();
        await (await folder.StartAsync()).StopAsync(PrivateServer.Ct);
        // Our own number stands for any living program that is not PostgreSQL.
        string[] lines = [Environment.ProcessId.ToString(CultureInfo.InvariantCulture), folder.Cluster, "1", "5432", "", "127.0.0.1", "", "ready"];
        await File.WriteAllLinesAsync(Path.Combine(folder.Cluster, "postmaster.pid"), lines, PrivateServer.Ct);

        var server = await folder.StartAsync();
        Assert.Equal("1", await PrivateServer.AskAsync(server, "select 1"));
    }

    [Fact]
    public async Task A_cancelled_start_leaves_no_server_and_no_lock()
    {
        await using var folder = new PrivateServer();
        await (await folder.StartAsync()).StopAsync(PrivateServer.Ct);
        using var soon = new CancellationTokenSource();
        var log = folder.Folder + "/log/start.log";
        File.Delete(log);
        var starting = Tideline.Platform.EmbeddedPostgres.EmbeddedPostgres.StartAsync(folder.Options, folder.Logger, soon.Token);
        while (!File.Exists(log) && !starting.IsCompleted) await Task.Yield();
        await soon.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
        Assert.Null(Postmaster.Read(folder.Cluster));

        Assert.Equal("1", await PrivateServer.AskAsync(await folder.StartAsync(), "select 1"));
    }
}

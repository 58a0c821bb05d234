using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Npgsql;
using Tideline.Platform.EmbeddedPostgres;

namespace Tideline.Platform.Tests.EmbeddedPostgres;

public sealed class PrivateServerTests
{
    public static TheoryData<string> Installations => [.. BinarySearch.OfThisProcess().Candidates()];

    [Theory, MemberData(nameof(Installations))]
    public async Task A_fresh_folder_becomes_a_server_with_our_settings(string programs)
    {
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync(folder.Options with { BinFolder = programs });

        Assert.StartsWith(server.Version, await PrivateServer.AskAsync(server, "show server_version"));
        Assert.Equal("postgres/postgres", await PrivateServer.AskAsync(server, "select current_user || '/' || current_database()"));
        Assert.Equal("UTF8", await PrivateServer.AskAsync(server, "show server_encoding"));
        Assert.Equal("400", await PrivateServer.AskAsync(server, "show max_connections"));
        Assert.Equal("logical", await PrivateServer.AskAsync(server, "show wal_level"));
        Assert.Equal("1min", await PrivateServer.AskAsync(server, "show idle_in_transaction_session_timeout"));
        Assert.Equal("off", await PrivateServer.AskAsync(server, "show jit"));
        Assert.Equal("UTC", await PrivateServer.AskAsync(server, "show timezone"));
        Assert.Equal("Ö", await PrivateServer.AskAsync(server, "select upper('ö')"));
        Assert.Equal("True", await PrivateServer.AskAsync(server, "select 'Z' < 'a' and 'z' < 'å'"));
    }

    [Theory, MemberData(nameof(Installations))]
    public async Task Data_and_port_outlive_a_restart(string programs)
    {
        await using var folder = new PrivateServer();
        var options = folder.Options with { BinFolder = programs };
        var first = await folder.StartAsync(options);
        await PrivateServer.AskAsync(first, "create table kept as select 42 as n");
        await first.StopAsync(PrivateServer.Ct);
        Assert.Null(Postmaster.Read(folder.Cluster));

        var second = await folder.StartAsync(options);
        Assert.Equal("42", await PrivateServer.AskAsync(second, "select n from kept"));
        Assert.Equal(first.Port, second.Port);
    }

    [Fact]
    public async Task The_last_port_is_given_up_when_another_program_has_it()
    {
        await using var folder = new PrivateServer();
        var first = await folder.StartAsync();
        await first.StopAsync(PrivateServer.Ct);
        using var squatter = new TcpListener(IPAddress.Loopback, first.Port);
        squatter.Start();

        var second = await folder.StartAsync();
        Assert.NotEqual(first.Port, second.Port);
        Assert.Equal("1", await PrivateServer.AskAsync(second, "select 1"));

        await second.StopAsync(PrivateServer.Ct);
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => folder.StartAsync(folder.Options with { Port = first.Port }));
        Assert.Contains($"Port {first.Port}", refused.Message);
    }

    [Fact]
    public async Task Only_the_loopback_address_listens()
    {
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync();
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(x => x.Port == server.Port);
        Assert.Equal(IPAddress.Loopback, Assert.Single(listeners).Address);
        Assert.Equal("", await PrivateServer.AskAsync(server, "show unix_socket_directories"));
    }

    [Theory, InlineData("guess"), InlineData(null)]
    public async Task Nobody_gets_in_without_the_password(string? password)
    {
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.AdminConnectionString) { Password = password }.ConnectionString;
        var refused = await Assert.ThrowsAnyAsync<NpgsqlException>(() => PrivateServer.AskAsync(wrong, "select 1"));
        Assert.True(refused is PostgresException { SqlState: "28P01" } || refused.Message.Contains("No password", StringComparison.Ordinal), refused.Message);
        Assert.Equal("0", await PrivateServer.AskAsync(server, "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'"));
    }

    [Fact]
    public async Task The_password_is_in_one_private_file_and_in_no_log()
    {
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync();
        var password = new NpgsqlConnectionStringBuilder(server.AdminConnectionString).Password!;
        Assert.True(password.Length >= 32);
        await PrivateServer.AskAsync(server, "select 1");
        await server.StopAsync(PrivateServer.Ct);

        Assert.DoesNotContain(folder.Logger.Lines, line => line.Contains(password, StringComparison.Ordinal));
        var holders = Directory.EnumerateFiles(folder.Folder, "*", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains(password, StringComparison.Ordinal)).Select(Path.GetFileName);
        Assert.Equal(["password"], holders);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Folder, "password")));
    }

    [Fact]
    public async Task A_password_file_that_does_not_fit_is_named_as_the_reason()
    {
        await using var folder = new PrivateServer();
        await (await folder.StartAsync()).StopAsync(PrivateServer.Ct);
        var file = Path.Combine(folder.Folder, "password");

        await File.WriteAllTextAsync(file, "something else", PrivateServer.Ct);
        var wrong = await Assert.ThrowsAsync<EmbeddedPostgresException>(folder.StartAsync);
        Assert.Contains(file, wrong.Message);
        Assert.Null(Postmaster.Read(folder.Cluster));

        File.Delete(file);
        var missing = await Assert.ThrowsAsync<EmbeddedPostgresException>(folder.StartAsync);
        Assert.Contains("is missing", missing.Message);
        Assert.Null(Postmaster.Read(folder.Cluster));
    }

    [Fact]
    public async Task Settings_are_taken_as_they_are_written()
    {
        await using var folder = new PrivateServer();
        var settings = new Dictionary<string, string> { ["max_connections"] = "37", ["cluster_name"] = @"it's a \ test" };
        var server = await folder.StartAsync(folder.Options with { Settings = settings });
        Assert.Equal("37", await PrivateServer.AskAsync(server, "show max_connections"));
        Assert.Equal(@"it's a \ test", await PrivateServer.AskAsync(server, "show cluster_name"));
    }

    [Theory]
    [InlineData("listen_addresses", "*", "decides 'listen_addresses' itself")]
    [InlineData("bad name", "1", "not the name of a PostgreSQL setting")]
    [InlineData("cluster_name", "a'\nfsync = 'off", "must be one line")]
    [InlineData("no_such_setting", "1", "unrecognized configuration parameter \"no_such_setting\"")]
    public async Task A_setting_that_cannot_be_is_refused_with_the_reason(string name, string value, string reason)
    {
        await using var folder = new PrivateServer();
        var options = folder.Options with { Settings = new Dictionary<string, string> { [name] = value } };
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => folder.StartAsync(options));
        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    public async Task Stopping_ends_open_sessions_and_may_be_repeated()
    {
        await using var folder = new PrivateServer();
        var server = await folder.StartAsync();
        await using var open = new NpgsqlConnection(server.AdminConnectionString + ";Pooling=false");
        await open.OpenAsync(PrivateServer.Ct);

        await Task.WhenAll(server.StopAsync(PrivateServer.Ct), server.StopAsync(PrivateServer.Ct));
        await server.DisposeAsync();
        Assert.Null(Postmaster.Read(folder.Cluster));
    }

    [Fact]
    public async Task Interrupting_our_process_group_does_not_reach_the_server()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sessions are read from /proc.");
        await using var folder = new PrivateServer();
        await folder.StartAsync();
        var (group, session) = GroupAndSession(Postmaster.Read(folder.Cluster)!.ProcessId);
        var (ourGroup, ourSession) = GroupAndSession(Environment.ProcessId);
        Assert.NotEqual(ourGroup, group);
        Assert.NotEqual(ourSession, session);
    }

    private static (int Group, int Session) GroupAndSession(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
    }
}

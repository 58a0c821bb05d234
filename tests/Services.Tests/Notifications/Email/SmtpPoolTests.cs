using System.Collections.Concurrent;
using System.Diagnostics;
using Tideline.Notifications.Email;
using static Tideline.Services.Tests.Notifications.Email.SmtpFixture;

namespace Tideline.Services.Tests.Notifications.Email;

public class SmtpPoolTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_are_kept_between_batches()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync());
        await using var transport = new SmtpTransport(Options(server.Port), TimeProvider.System);
        for (var i = 0; i < 5; i++) Assert.IsType<SmtpOutcome.Sent>(Assert.Single(await transport.SendAsync([Mail()], Ct)));
        Assert.Equal((1, 1), (server.Connections, transport.IdleConnections));
    }

    [Fact]
    public async Task There_are_never_more_connections_than_allowed()
    {
        var open = 0;
        var most = 0;
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            var now = Interlocked.Increment(ref open);
            InterlockedMax(ref most, now);
            // Gone as soon as it says so: our answer sets the client free to open the next one.
            await talk.ServeAsync(line => { if (line == "QUIT") Interlocked.Decrement(ref open); return null; });
        });
        await using var transport = new SmtpTransport(Options(server.Port) with { MaxConnections = 3, MaxMessagesPerConnection = 7 }, TimeProvider.System);
        var batches = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => transport.SendAsync(Mails(60), Ct)));
        Assert.All(batches.SelectMany(b => b), o => Assert.IsType<SmtpOutcome.Sent>(o));
        Assert.Equal(240, server.Taken.Count);
        Assert.InRange(most, 1, 3);
        Assert.InRange(server.Connections, 240 / 7, 60);
    }

    [Fact]
    public async Task A_connection_is_left_politely_after_its_share_of_messages()
    {
        var goodbyes = new ConcurrentBag<int>();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => { if (line == "QUIT") goodbyes.Add(talk.Number); return null; }));
        var outcomes = await SendAsync(Options(server.Port) with { MaxMessagesPerConnection = 10 }, Mails(30));
        Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Sent>(o));
        Assert.Equal(3, server.Connections);
        Assert.Equal([1, 2, 3], goodbyes.Order());
    }

    [Fact]
    public async Task A_connection_that_died_while_idle_costs_no_message()
    {
        await using var server = new ScriptedSmtpServer(talk =>
        {
            var messages = 0;
            return talk.ServeAsync(line =>
            {
                // Dies as soon as the second message is begun on it.
                if (line.StartsWith("MAIL", StringComparison.Ordinal) && ++messages > 1) talk.Reset();
                return null;
            });
        });
        await using var transport = new SmtpTransport(Options(server.Port), TimeProvider.System);
        for (var i = 0; i < 4; i++) Assert.IsType<SmtpOutcome.Sent>(Assert.Single(await transport.SendAsync([Mail()], Ct)));
        Assert.Equal(4, server.Connections);
    }

    [Fact]
    public async Task An_idle_connection_is_asked_before_it_is_trusted_again()
    {
        var commands = new ConcurrentQueue<string>();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => { commands.Enqueue(line); return null; }));
        await using var transport = new SmtpTransport(Options(server.Port) with { ProbeAfter = TimeSpan.Zero }, TimeProvider.System);
        await transport.SendAsync([Mail()], Ct);
        await transport.SendAsync([Mail()], Ct);
        Assert.Single(commands, "NOOP");
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Idle_connections_say_goodbye()
    {
        var left = new TaskCompletionSource();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => { if (line == "QUIT") left.TrySetResult(); return null; }));
        await using var transport = new SmtpTransport(Options(server.Port) with { IdleTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);
        await transport.SendAsync([Mail()], Ct);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10), Ct);
        Assert.Equal(0, transport.IdleConnections);
    }

    [Fact]
    public async Task Stopping_gives_back_what_was_not_begun_and_lets_the_rest_end()
    {
        using var stop = new CancellationTokenSource();
        var messages = 0;
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line =>
        {
            if (line == "." && ++messages == 5) stop.Cancel();
            return null;
        }));
        var outcomes = await SendAsync(Options(server.Port), Mails(500), stop.Token);
        var sent = outcomes.Count(o => o is SmtpOutcome.Sent);
        Assert.Equal(server.Taken.Count, sent);
        Assert.InRange(sent, 5, 10);
        Assert.All(outcomes.Where(o => o is not SmtpOutcome.Sent), o =>
            Assert.Equal((SmtpPhase.NotStarted, "Sending was stopped."), (Assert.IsType<SmtpOutcome.Retry>(o).Phase, ((SmtpOutcome.Retry)o).Reason)));
    }

    [Fact]
    public async Task Stopping_waits_no_longer_than_the_grace_for_an_answer()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync("250 test");
            for (var verb = ""; verb != "DATA"; await talk.SayAsync(verb == "DATA" ? "354 go on" : "250 ok")) verb = (await talk.LineAsync()).Split(' ')[0];
            await talk.MessageAsync();
            await stop.CancelAsync();
            await talk.SilenceAsync();
        });
        var watch = Stopwatch.StartNew();
        var outcomes = await SendAsync(Options(server.Port) with { AnswerTimeout = TimeSpan.FromMinutes(5) }, Mails(3), stop.Token)
            .WaitAsync(TimeSpan.FromSeconds(30), Ct);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.IsType<SmtpOutcome.Unknown>(outcomes[0]);
        Assert.All(outcomes.Skip(1), o => Assert.IsType<SmtpOutcome.Retry>(o));
    }

    [Fact]
    public async Task The_rate_is_kept_over_all_connections()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync());
        var options = Options(server.Port) with { MaxConnections = 4, Rate = new SendRate(200, TimeProvider.System) };
        var watch = Stopwatch.StartNew();
        var outcomes = await SendAsync(options, Mails(301));
        Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Sent>(o));
        // 301 messages at 200 a second, less the tenth of a second of credit. Slower is a busy machine's right.
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.39, 30);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = target; seen < value;)
        {
            var was = Interlocked.CompareExchange(ref target, value, seen);
            if (was == seen) return;
            seen = was;
        }
    }
}

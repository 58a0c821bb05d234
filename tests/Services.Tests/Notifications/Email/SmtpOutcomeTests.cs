using System.Collections.Concurrent;
using Tideline.Notifications.Email;
using static Tideline.Services.Tests.Notifications.Email.SmtpFixture;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>Which of the four ends a message gets when the relay misbehaves, with and without pipelining.</summary>
public class SmtpOutcomeTests
{
    private const string Plain = "250-test\r\n250 8BITMIME";
    private const string Pipelined = "250-test\r\n250-PIPELINING\r\n250 8BITMIME";

    [Theory]
    [InlineData(Plain)]
    [InlineData(Pipelined)]
    [InlineData("250 test")]
    public async Task A_good_relay_takes_every_message_once_and_whole(string ehlo)
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(ehlo: ehlo));
        var outcomes = await SendAsync(Options(server.Port), Mails(25));
        Assert.All(outcomes, o => Assert.StartsWith("Q00", Assert.IsType<SmtpOutcome.Sent>(o).QueueId, StringComparison.Ordinal));
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"Subject: x\n\nNumber {i}.\n"), server.Taken);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(Plain, false)]
    [InlineData(Pipelined, true)]
    public async Task Commands_travel_together_only_where_that_was_offered(string ehlo, bool expected)
    {
        var together = false;
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(ehlo);
            await talk.LineAsync();
            together = talk.HasMoreInput;
            await talk.SayAsync("550 enough");
            await talk.SilenceAsync();
        });
        await SendOneAsync(Options(server.Port) with { CommandTimeout = TimeSpan.FromMilliseconds(200), AnswerTimeout = TimeSpan.FromMilliseconds(200) });
        Assert.Equal(expected, together);
    }

    [Theory]
    [InlineData("MAIL", SmtpPhase.MailFrom)]
    [InlineData("RCPT", SmtpPhase.RcptTo)]
    [InlineData("DATA", SmtpPhase.Data)]
    [InlineData(".", SmtpPhase.EndOfData)]
    public async Task A_refusal_ends_one_message_and_not_the_next(string verb, object phase)
    {
        foreach (var ehlo in (string[])[Plain, Pipelined])
        {
            foreach (var permanent in (bool[])[true, false])
            {
                // Like a real server: what follows a refused command is out of order, and a transaction once opened stays
                // open until its message or RSET.
                var seen = 0;
                var opened = false;
                var refused = false;
                await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line =>
                {
                    var command = line.Split(' ')[0];
                    if (command is "MAIL" && opened) return "503 5.5.1 nested MAIL";
                    if (command is "RSET" or "MAIL" or ".") (opened, refused) = (command == "MAIL", false);
                    if (command is "MAIL") seen++;
                    if (refused) return "503 5.5.1 out of order";
                    if (seen != 2 || command != verb) return null;
                    refused = true;
                    if (verb is "MAIL" or ".") opened = false;
                    return permanent ? "550-5.1.1 no such\r\n550 5.1.1 user" : "451 4.7.1 greylisted";
                }, ehlo));
                var outcomes = await SendAsync(Options(server.Port), Mails(3));
                Assert.IsType<SmtpOutcome.Sent>(outcomes[0]);
                Assert.IsType<SmtpOutcome.Sent>(outcomes[2]);
                if (permanent)
                {
                    var rejected = Assert.IsType<SmtpOutcome.Rejected>(outcomes[1]);
                    Assert.Equal((phase, 550, "5.1.1", "no such user"), (rejected.Phase, rejected.Reply.Code, rejected.Reply.Status.ToString(), rejected.Reply.Text));
                }
                else
                {
                    var retry = Assert.IsType<SmtpOutcome.Retry>(outcomes[1]);
                    Assert.Equal((phase, 451), (retry.Phase, retry.Reply!.Code));
                    Assert.False(retry.IsRelayFault);
                }
                Assert.Equal(2, server.Taken.Count);
                Assert.Equal(1, server.Connections);
            }
        }
    }

    [Fact]
    public async Task A_relay_that_wants_a_message_without_a_recipient_gets_an_empty_one()
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(Pipelined);
            for (var i = 0; i < 3; i++) await talk.LineAsync();
            await talk.SayAsync("250 ok\r\n550 5.1.1 nobody\r\n354 go on");
            Assert.Equal("", await talk.MessageAsync());
            await talk.SayAsync("554 no recipients");
            await talk.ServeAsync();
        });
        var rejected = Assert.IsType<SmtpOutcome.Rejected>(await SendOneAsync(Options(server.Port)));
        Assert.Equal(SmtpPhase.RcptTo, rejected.Phase);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData(Pipelined)]
    public async Task A_connection_that_breaks_after_the_final_dot_leaves_the_message_unknown(string ehlo)
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            if (talk.Number > 1) { await talk.ServeAsync(ehlo: ehlo); return; }
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(ehlo);
            for (var verb = ""; verb != "DATA"; await talk.SayAsync(verb == "DATA" ? "354 go on" : "250 ok")) verb = (await talk.LineAsync()).Split(' ')[0];
            await talk.MessageAsync();
            talk.Reset();
        });
        var outcomes = await SendAsync(Options(server.Port), Mails(3));
        Assert.IsType<SmtpOutcome.Unknown>(outcomes[0]);
        // The next one was announced over the broken connection at most: it goes over another one, once.
        Assert.IsType<SmtpOutcome.Sent>(outcomes[1]);
        Assert.IsType<SmtpOutcome.Sent>(outcomes[2]);
        Assert.Equal(2, server.Taken.Count);
    }

    [Theory]
    [InlineData("250-broken\r\n550 codes")]
    [InlineData("HTTP/1.1 200 OK")]
    [InlineData("354 more please")]
    public async Task Nonsense_in_answer_to_a_message_leaves_it_unknown(string nonsense)
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => line == "." ? nonsense : null));
        Assert.IsType<SmtpOutcome.Unknown>(await SendOneAsync(Options(server.Port)));
    }

    [Fact]
    public async Task Silence_after_the_final_dot_leaves_the_message_unknown()
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(Pipelined);
            for (var i = 0; i < 3; i++) await talk.LineAsync();
            await talk.SayAsync("250 ok\r\n250 ok\r\n354 go on");
            await talk.SilenceAsync();
        });
        var outcome = await SendOneAsync(Options(server.Port) with { AnswerTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal("The server did not answer in time.", Assert.IsType<SmtpOutcome.Unknown>(outcome).Reason);
    }

    [Theory]
    [InlineData("MAIL", SmtpPhase.MailFrom)]
    [InlineData("RCPT", SmtpPhase.RcptTo)]
    [InlineData("DATA", SmtpPhase.Data)]
    public async Task A_connection_that_breaks_before_the_message_gives_it_back(string verb, object phase)
    {
        foreach (var ehlo in (string[])[Plain, Pipelined])
        {
            var attempts = new ConcurrentBag<string>();
            await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line =>
            {
                if (!line.StartsWith(verb, StringComparison.Ordinal)) return null;
                attempts.Add(line);
                talk.Reset();
                return null;
            }, ehlo));
            var outcome = await SendOneAsync(Options(server.Port));
            var retry = Assert.IsType<SmtpOutcome.Retry>(outcome);
            if (ehlo == Plain) Assert.Equal(phase, retry.Phase);
            Assert.Equal(2, attempts.Count);   // a second connection was tried before giving up
            Assert.Empty(server.Taken);
        }
    }

    [Fact]
    public async Task A_message_cut_off_before_its_end_may_be_sent_again()
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(Plain);
            for (var verb = ""; verb != "DATA"; await talk.SayAsync(verb == "DATA" ? "354 go on" : "250 ok")) verb = (await talk.LineAsync()).Split(' ')[0];
            await talk.LineAsync();
            talk.Reset();
        });
        // Far more than the buffers of both ends hold: the end cannot have left this machine.
        var large = Mail(body: string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 500_000)));
        var retry = Assert.IsType<SmtpOutcome.Retry>((await SendAsync(Options(server.Port), [large]))[0]);
        Assert.Equal(SmtpPhase.EndOfData, retry.Phase);
    }

    [Fact]
    public async Task A_relay_that_is_slow_but_talks_is_waited_for()
    {
        await using var server = new ScriptedSmtpServer(talk =>
        {
            talk.Stream = new OneByteStream(talk.Stream);
            return talk.ServeAsync();
        });
        Assert.IsType<SmtpOutcome.Sent>(await SendOneAsync(Options(server.Port)));
    }

    [Fact]
    public async Task A_relay_that_says_goodbye_gets_the_rest_over_a_new_connection()
    {
        await using var server = new ScriptedSmtpServer(talk =>
        {
            var here = 0;
            return talk.ServeAsync(line => line.StartsWith("MAIL", StringComparison.Ordinal) && ++here > 2 ? "421 4.7.0 too many messages" : null);
        });
        var outcomes = await SendAsync(Options(server.Port), Mails(6));
        Assert.Equal([0, 1, 3, 4], outcomes.Index().Where(o => o.Item is SmtpOutcome.Sent).Select(o => o.Index));
        Assert.All(new[] { outcomes[2], outcomes[5] }, o => Assert.Equal(421, Assert.IsType<SmtpOutcome.Retry>(o).Reply!.Code));
        Assert.Equal(4, server.Taken.Count);
    }

    [Fact]
    public async Task A_relay_that_always_hangs_up_is_left_alone_after_a_few_tries()
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(Pipelined);
            await talk.LineAsync();
            talk.Reset();
        });
        var outcomes = await SendAsync(Options(server.Port), Mails(200));
        Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Retry>(o));
        Assert.InRange(server.Connections, 1, 4);
    }

    [Fact]
    public async Task Smtputf8_and_size_limits_are_respected_before_anything_is_offered()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(ehlo: "250-test\r\n250-PIPELINING\r\n250 SIZE 500"));
        var outcomes = await SendAsync(Options(server.Port), [Mail("ada@example.com"), Mail("åsa@example.com"), Mail(body: new string('x', 600)), Mail("eve@example.com")]);
        Assert.IsType<SmtpOutcome.Sent>(outcomes[0]);
        Assert.Equal("5.6.7", Assert.IsType<SmtpOutcome.Rejected>(outcomes[1]).Reply.Status.ToString());
        Assert.Equal("5.3.4", Assert.IsType<SmtpOutcome.Rejected>(outcomes[2]).Reply.Status.ToString());
        Assert.IsType<SmtpOutcome.Sent>(outcomes[3]);
        Assert.Equal(2, server.Taken.Count);
    }

    [Fact]
    public async Task Smtputf8_is_used_where_it_is_offered()
    {
        var lines = new ConcurrentQueue<string>();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => { lines.Enqueue(line); return null; }, "250-test\r\n250-SMTPUTF8\r\n250 8BITMIME"));
        Assert.IsType<SmtpOutcome.Sent>((await SendAsync(Options(server.Port), [Mail("åsa@example.com")]))[0]);
        Assert.Contains("MAIL FROM:<bounce+1@example.com> BODY=8BITMIME SMTPUTF8", lines);
        Assert.Contains("RCPT TO:<åsa@example.com>", lines);
    }

    [Theory]
    [InlineData(".\r\n..\r\nx\r\n", ".\n..\nx\n")]
    [InlineData("a\nb\rc\r\n.d", "a\nb\nc\n.d\n")]
    [InlineData("end\r\n.\nMAIL FROM:<eve@example.com>\r\n", "end\n.\nMAIL FROM:<eve@example.com>\n")]
    [InlineData("end\n.\r\nMAIL FROM:<eve@example.com>\r\n", "end\n.\nMAIL FROM:<eve@example.com>\n")]
    [InlineData("end\r.\r\nMAIL FROM:<eve@example.com>\r\n", "end\n.\nMAIL FROM:<eve@example.com>\n")]
    public async Task No_content_can_end_the_message_early(string content, string arrived)
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync());
        var mail = new SmtpMail(null, Mailbox.Parse("ada@example.com"), System.Text.Encoding.ASCII.GetBytes(content));
        Assert.IsType<SmtpOutcome.Sent>((await SendAsync(Options(server.Port), [mail]))[0]);
        var taken = Assert.Single(server.Taken);
        Assert.Equal(arrived, string.Join('\n', taken.Split('\n').Select(l => l.StartsWith('.') ? l[1..] : l)));
    }

    /// <summary>Writes byte by byte, so that every reply arrives in pieces.</summary>
    private sealed class OneByteStream(Stream inner) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++) await inner.WriteAsync(buffer.Slice(i, 1), cancellationToken);
        }
    }
}

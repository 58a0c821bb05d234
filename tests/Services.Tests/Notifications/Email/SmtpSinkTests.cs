using System.Text;
using Tideline.Notifications.Email;
using static Tideline.Services.Tests.Notifications.Email.SmtpFixture;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>Our client against postfix's receiver, told to behave well and badly.</summary>
public class SmtpSinkTests
{
    private static SmtpMail[] RealMails(int count) => [.. Enumerable.Range(0, count).Select(i => new SmtpMail(
        Mailbox.Parse($"bounce+{i}@example.com"),
        Mailbox.Parse($"lead{i}@example.com"),
        MimeMessageTests.Write(MimeMessageTests.Message($"Erbjudande nummer {i} 🎉", "Åsa på Acme"), $"Hej {i}!\n.\n..punkt", $"<p>Hej <b>{i}</b> å</p>")))];

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Every_message_arrives_once_and_is_what_was_sent(int connections)
    {
        await using var sink = await SmtpSink.StartAsync();
        var outcomes = await SendAsync(Options(sink.Port) with { MaxConnections = connections }, RealMails(300));
        Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Sent>(o));
        var stored = sink.RawMessages.ToArray();
        Assert.Equal(300, stored.Length);
        var mails = await PythonMail.ParseAllAsync(stored);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"Erbjudande nummer {i} 🎉").Order(), mails.Select(m => m.Headers["Subject"]).Order());
        Assert.Equal(300, mails.Select(m => m.Headers["X-Rcpt-Args"]).Distinct().Count());
        Assert.All(mails, m =>
        {
            var number = m.Headers["X-Rcpt-Args"][5..^13];   // "<lead" … "@example.com>"
            Assert.Equal($"Erbjudande nummer {number} 🎉", m.Headers["Subject"]);
            Assert.Equal($"Hej {number}!\n.\n..punkt", m.Text?.TrimEnd('\n'));
            Assert.StartsWith($"<bounce+{number}@example.com>", m.Headers["X-Mail-Args"], StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("mail", SmtpPhase.MailFrom)]
    [InlineData("rcpt", SmtpPhase.RcptTo)]
    [InlineData("data", SmtpPhase.Data)]
    [InlineData(".", SmtpPhase.EndOfData)]
    public async Task Hard_and_soft_refusals_are_told_apart_in_every_phase(string command, object phase)
    {
        await using (var soft = await SmtpSink.StartAsync("-r", command))
            Assert.All(await SendAsync(Options(soft.Port), RealMails(5)), o => Assert.Equal(phase, Assert.IsType<SmtpOutcome.Retry>(o).Phase));
        await using (var hard = await SmtpSink.StartAsync("-f", command))
            Assert.All(await SendAsync(Options(hard.Port), RealMails(5)), o => Assert.Equal(phase, Assert.IsType<SmtpOutcome.Rejected>(o).Phase));
    }

    [Theory]
    [InlineData("mail", true)]
    [InlineData("rcpt", true)]
    [InlineData("data", true)]
    [InlineData(".", false)]
    public async Task A_dropped_connection_is_a_retry_until_the_end_of_the_message_and_unknown_after_it(string command, bool retry)
    {
        await using var sink = await SmtpSink.StartAsync("-q", command);
        var outcomes = await SendAsync(Options(sink.Port), RealMails(4));
        if (retry) Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Retry>(o));
        else Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Unknown>(o));
    }

    [Fact]
    public async Task It_works_without_pipelining_and_without_esmtp()
    {
        foreach (var option in (string[])["-p", "-e"])
        {
            await using var sink = await SmtpSink.StartAsync(option);
            Assert.All(await SendAsync(Options(sink.Port) with { MaxConnections = 3 }, RealMails(40)), o => Assert.IsType<SmtpOutcome.Sent>(o));
            Assert.Equal(40, sink.Messages.Count());
        }
    }

    [Fact]
    public async Task A_large_message_arrives_whole()
    {
        await using var sink = await SmtpSink.StartAsync();
        var body = string.Concat(Enumerable.Range(0, 60_000).Select(i => $".line {i}\r\n"));
        var mail = new SmtpMail(null, Mailbox.Parse("ada@example.com"), Encoding.ASCII.GetBytes("Subject: large\r\n\r\n" + body));
        Assert.IsType<SmtpOutcome.Sent>((await SendAsync(Options(sink.Port), [mail]))[0]);
        Assert.EndsWith(body.ReplaceLineEndings("\n"), Assert.Single(sink.Messages).ReplaceLineEndings("\n").TrimEnd('\n') + "\n", StringComparison.Ordinal);
    }
}

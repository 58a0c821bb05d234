using System.Text;
using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

internal static class SmtpFixture
{
    public static SmtpOptions Options(int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        Security = SmtpSecurity.None,
        MaxConnections = 1,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        CommandTimeout = TimeSpan.FromSeconds(5),
        DataTimeout = TimeSpan.FromSeconds(5),
        AnswerTimeout = TimeSpan.FromSeconds(5),
        StopGrace = TimeSpan.FromMilliseconds(300),
    };

    public static SmtpMail Mail(string to = "ada@example.com", string body = "Hi.") =>
        new(Mailbox.Parse("bounce+1@example.com"), Mailbox.Parse(to), Encoding.ASCII.GetBytes($"Subject: x\r\n\r\n{body}\r\n"));

    public static SmtpMail[] Mails(int count) => [.. Enumerable.Range(0, count).Select(i => Mail($"lead{i}@example.com", $"Number {i}."))];

    public static async Task<IReadOnlyList<SmtpOutcome>> SendAsync(SmtpOptions options, IReadOnlyList<SmtpMail> mails, CancellationToken? stop = null)
    {
        await using var transport = new SmtpTransport(options, TimeProvider.System);
        return await transport.SendAsync(mails, stop ?? TestContext.Current.CancellationToken);
    }

    public static async Task<SmtpOutcome> SendOneAsync(SmtpOptions options) => (await SendAsync(options, [Mail()]))[0];
}

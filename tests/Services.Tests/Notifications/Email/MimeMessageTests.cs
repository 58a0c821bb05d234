using System.Text;
using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class MimeMessageTests
{
    private const string LongSubject =
        "Ett mycket långt ämne som handlar om blåbär, smörgåsar och räksmörgåsar, och som fortsätter långt förbi den första raden 🎉🎈 till slutet";

    internal static EmailMessage Message(string subject = "Hello", string? fromName = null, string? toName = null) => new()
    {
        DeliveryId = Guid.CreateVersion7(),
        From = Mailbox.Parse("news@example.com", fromName),
        To = Mailbox.Parse("ada@example.com", toName),
        Subject = subject,
        Date = new DateTimeOffset(2026, 3, 1, 9, 5, 7, TimeSpan.FromHours(2)),
    };

    internal static byte[] Write(EmailMessage message, string text = "Hi.", string html = "<p>Hi.</p>")
    {
        using var buffer = new MailBuffer();
        MimeMessage.Write(buffer, message, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(html));
        return buffer.Written.ToArray();
    }

    [Fact]
    public async Task Subjects_arrive_as_they_were_written()
    {
        string[] subjects =
        [
            "Hello",
            "",
            "Din räksmörgås är klar",
            "🎉🎈🎊 𝒢𝓇𝑒𝒶𝓉 👨‍👩‍👧‍👦",
            LongSubject,
            "A subject of plain words that is simply too long for one line of seventy-eight characters, so it is folded at spaces",
            "two  spaces   and    more that must survive the folding of a line which is longer than the limit of the line    indeed",
            "Aveeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeerylongword",
            "=?utf-8?Q?not_an_encoded_word?=",
            "日本語の件名はとても長いので、複数のエンコードされた単語に分割されなければなりません。そうですよね。",
            "tab and quote \" and \\ and <brackets> and ; , : @",
        ];
        var raws = subjects.Select(s => Write(Message(s))).ToArray();
        var mails = await PythonMail.ParseAllAsync(raws);
        Assert.Equal(subjects, mails.Select(m => m.Headers["Subject"]));
        Assert.Empty(mails.SelectMany(m => m.Defects));
        Assert.All(raws, raw => AssertLineLengths(raw));
    }

    [Fact]
    public async Task Display_names_arrive_and_the_addresses_with_them()
    {
        string[] names =
        [
            "Åsa Öberg",
            "Acme, Inc.",
            "Ada \"Countess\" Lovelace",
            "Back\\slash",
            "news@other.example",
            "Anna-Maria från Äppelträdgårdens Handelsaktiebolag i Östergötland och Småland 🍏",
            "A company name that is rather longer than most and has no letter outside ASCII in it at all, Ltd",
            "日本語株式会社",
        ];
        var raws = names.Select(n => Write(Message(fromName: n, toName: n))).ToArray();
        var mails = await PythonMail.ParseAllAsync(raws);
        Assert.Equal(names, mails.Select(m => m.FromName));
        Assert.All(mails, m => Assert.Equal(("news@example.com", "ada@example.com"), (m.FromAddress, m.ToAddress)));
        Assert.Empty(mails.SelectMany(m => m.Defects));
        Assert.All(raws, raw => AssertLineLengths(raw));
    }

    [Fact]
    public async Task Nothing_can_add_a_header()
    {
        string[] attacks =
        [
            "Hi\r\nBcc: eve@example.com",
            "Hi\nBcc: eve@example.com",
            "Hi\rBcc: eve@example.com",
            "Hi\r\n\r\n<script>",
            "Hi\u0085Bcc: eve@example.com",
            "Hi\u2028Bcc: eve@example.com",
            "Hi\u2029Bcc: eve@example.com",
            "Hi\v\fBcc: eve@example.com",
            "Hi\0Bcc: eve@example.com",
            "å\r\nBcc: eve@example.com",
            "=?utf-8?Q?Hi=0D=0ABcc:_eve@example.com?=",
        ];
        var mails = await PythonMail.ParseAllAsync(attacks.Select(attack => Write(Message(attack, attack, attack) with
        {
            ReplyTo = Mailbox.Parse("re@example.com", attack),
            Headers = [MessageHeader.Create("Feedback-ID", attack)],
        })));
        Assert.All(mails, mail =>
        {
            Assert.Equal(["Date", "From", "To", "Reply-To", "Subject", "Message-ID", "Feedback-ID", "MIME-Version", "Content-Type"], mail.HeaderNames);
            Assert.Equal("Hi.", mail.Text?.Trim());
            Assert.Equal("news@example.com", mail.FromAddress);
        });
    }

    [Fact]
    public async Task A_name_cannot_be_disguised_with_direction_marks()
    {
        var mail = await PythonMail.ParseAsync(Write(Message(fromName: "Bank\u202Egro.elpmaxe@\u202C \u2066x\u2069 å")));
        Assert.Equal("Bankgro.elpmaxe@ x å", mail.FromName);
    }

    [Theory]
    [InlineData("Subject", "x")]
    [InlineData("bcc", "x")]
    [InlineData("X Y", "x")]
    [InlineData("X:Y", "x")]
    [InlineData("", "x")]
    [InlineData("X\r\nBcc", "x")]
    public void A_header_that_is_ours_or_malformed_is_refused(string name, string value)
    {
        Assert.False(MessageHeader.TryCreate(name, value, out _, out var problem));
        Assert.False(string.IsNullOrEmpty(problem));
    }

    [Fact]
    public async Task Both_parts_arrive_whole()
    {
        const string text = "Hej Åsa,\n\n.dot at a line's start\nFrom the start\ntrailing space \ntab\t\n=equals= 100 % 🎉\nlast";
        var html = "<p>" + string.Concat(Enumerable.Repeat("En rad utan slut med åäö och €. ", 200)) + "</p>\n.\n..\n";
        var raw = Write(Message(), text, html);
        var mail = await PythonMail.ParseAsync(raw);
        Assert.Equal(text, mail.Text);
        Assert.Equal(html.TrimEnd('\n'), mail.Html?.TrimEnd('\n'));
        Assert.Equal("multipart/alternative", mail.Headers["Content-Type"].Split(';')[0]);
        Assert.Empty(mail.Defects);
        Assert.Equal(2, Count(Encoding.ASCII.GetString(raw), "charset=utf-8"));
        AssertLineLengths(raw);
    }

    [Fact]
    public async Task A_message_with_one_body_is_not_multipart()
    {
        var text = await PythonMail.ParseAsync(Write(Message(), "Bara text å", ""));
        Assert.Equal("Bara text å", text.Text?.Trim());
        Assert.StartsWith("text/plain", text.Headers["Content-Type"], StringComparison.Ordinal);
        var html = await PythonMail.ParseAsync(Write(Message(), "", "<b>å</b>"));
        Assert.Equal("<b>å</b>", html.Html?.Trim());
    }

    [Fact]
    public async Task The_standard_headers_are_right()
    {
        var message = Message() with
        {
            ReplyTo = Mailbox.Parse("reply@example.com", "Support"),
            UnsubscribeUrl = "https://t.example.com/u/abc_-9",
            Headers = [MessageHeader.Create("Feedback-ID", "c1:t1:tideline"), MessageHeader.Create("X-Long", new string('a', 300))],
            MessageIdDomain = "mail.example.com",
        };
        var raw = Write(message);
        var mail = await PythonMail.ParseAsync(raw);
        Assert.Equal("Sun, 01 Mar 2026 07:05:07 +0000", mail.Headers["Date"]);
        Assert.Equal($"<{message.DeliveryId}@mail.example.com>", mail.Headers["Message-ID"]);
        Assert.Equal("Support <reply@example.com>", mail.Headers["Reply-To"]);
        Assert.Equal("<https://t.example.com/u/abc_-9>", mail.Headers["List-Unsubscribe"]);
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        Assert.Equal("c1:t1:tideline", mail.Headers["Feedback-ID"]);
        Assert.Equal(new string('a', 300), mail.Headers["X-Long"]);
        Assert.Equal("1.0", mail.Headers["MIME-Version"]);
        AssertLineLengths(raw, 998);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("https://x.example/>\r\nBcc: eve@example.com")]
    [InlineData("https://x.example/a b")]
    [InlineData("https://x.example/å")]
    [InlineData("mailto:u@example.com")]
    public void A_broken_unsubscribe_address_is_never_written(string url) =>
        Assert.Throws<ArgumentException>(() => Write(Message() with { UnsubscribeUrl = url }));

    [Fact]
    public void Without_https_there_is_no_one_click_promise()
    {
        var raw = Encoding.ASCII.GetString(Write(Message() with { UnsubscribeUrl = "http://127.0.0.1:8080/u/x" }));
        Assert.Contains("List-Unsubscribe: <http://127.0.0.1:8080/u/x>\r\n", raw, StringComparison.Ordinal);
        Assert.DoesNotContain("One-Click", raw, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hundreds_of_random_bodies_and_subjects_arrive_unchanged()
    {
        var random = new Random(20260301);
        var samples = Enumerable.Range(0, 300).Select(_ => (Subject: Text(80, " \t"), Body: Text(400, "\n .F=\t"))).ToArray();
        var raws = samples.Select(s => Write(Message(s.Subject), s.Body, "<p></p>")).ToArray();
        foreach (var raw in raws) AssertLineLengths(raw);
        var mails = await PythonMail.ParseAllAsync(raws);
        foreach (var (sample, mail) in samples.Zip(mails))
        {
            Assert.Equal(sample.Body.TrimEnd('\n'), (mail.Text ?? "").TrimEnd('\n'));
            Assert.Equal(HeaderText.Clean(sample.Subject), mail.Headers["Subject"]);
        }

        string Text(int max, string frequent)
        {
            var text = new StringBuilder();
            for (var n = random.Next(max); n > 0; n--)
            {
                text.Append(random.Next(4) switch
                {
                    0 => frequent[random.Next(frequent.Length)].ToString(),
                    1 => new Rune(random.Next(0x1F300, 0x1F5FF)).ToString(),
                    2 => ((char)random.Next(0xC0, 0x250)).ToString(),
                    _ => ((char)random.Next('!', '~' + 1)).ToString(),
                });
            }
            return text.ToString();
        }
    }

    private static void AssertLineLengths(byte[] raw, int limit = 78)
    {
        foreach (var line in Encoding.Latin1.GetString(raw).Split("\r\n"))
        {
            Assert.InRange(line.Length, 0, limit);
            Assert.False(line.EndsWith(' ') || line.EndsWith('\t'), "A relay may strip what ends this line.");
            Assert.DoesNotContain('\n', line);
            Assert.DoesNotContain('\r', line);
            Assert.DoesNotContain(line, c => c is < '\t' or > '~');
        }
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}

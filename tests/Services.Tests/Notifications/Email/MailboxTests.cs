using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class MailboxTests
{
    [Theory]
    [InlineData("ada@example.com", "ada@example.com")]
    [InlineData(" ada@example.com ", "ada@example.com")]
    [InlineData("Ada.Lovelace+news@Example.COM", "Ada.Lovelace+news@example.com")]
    [InlineData("åsa@exämple.se", "åsa@xn--exmple-cua.se")]
    [InlineData("info@BÜCHER.example", "info@xn--bcher-kva.example")]
    [InlineData("info@bücher.example", "info@xn--bcher-kva.example")]
    [InlineData("post@日本語.jp", "post@xn--wgv71a119e.jp")]
    [InlineData("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp")]
    [InlineData("ada.@docomo.ne.jp", "\"ada.\"@docomo.ne.jp")]
    [InlineData("o'brien@example.com", "o'brien@example.com")]
    [InlineData("root@localhost", "root@localhost")]
    public void Real_addresses_are_taken_in_their_wire_form(string given, string wire)
    {
        Assert.True(Mailbox.TryParse(given, out var mailbox, out var problem), problem);
        Assert.Equal(wire, mailbox.Address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("ada")]
    [InlineData("@example.com")]
    [InlineData("ada@")]
    [InlineData("ada@.com")]
    [InlineData("ada@example..com")]
    [InlineData("ada@-example.com")]
    [InlineData("ada@exa_mple.com")]
    [InlineData("ada@127.0.0.1")]
    [InlineData("ada@[127.0.0.1]")]
    [InlineData("ada lovelace@example.com")]
    [InlineData("ada@exam ple.com")]
    [InlineData("ada@example.com\r\nBcc: eve@example.com")]
    [InlineData("ada\r\nRCPT TO:<eve@example.com>@example.com")]
    [InlineData("ada>@example.com")]
    [InlineData("<ada@example.com>")]
    [InlineData("ada\0@example.com")]
    [InlineData("a\u202Eda@example.com")]
    [InlineData("a\u2028da@example.com")]
    [InlineData("\"a b\"@example.com")]
    [InlineData("ada,eve@example.com")]
    [InlineData("ada@example.com,eve@example.com")]
    public void What_could_harm_or_cannot_exist_is_refused_with_a_reason(string? given)
    {
        Assert.False(Mailbox.TryParse(given, out var mailbox, out var problem));
        Assert.Null(mailbox);
        Assert.False(string.IsNullOrEmpty(problem));
    }

    [Fact]
    public void Lengths_are_bounded()
    {
        Assert.True(Mailbox.TryParse(new string('a', 64) + "@example.com", out _, out _));
        Assert.False(Mailbox.TryParse(new string('a', 65) + "@example.com", out _, out _));
        Assert.False(Mailbox.TryParse("a@" + new string('b', 64) + ".com", out _, out _));
        Assert.False(Mailbox.TryParse("a@" + string.Join('.', Enumerable.Repeat(new string('b', 60), 5)), out _, out _));
    }

    [Fact]
    public void Only_a_local_part_outside_ascii_needs_smtputf8()
    {
        Assert.True(Mailbox.Parse("åsa@example.se").NeedsSmtpUtf8);
        Assert.False(Mailbox.Parse("asa@exämple.se").NeedsSmtpUtf8);
    }
}

using System.Text;
using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class DotStuffingTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\r\nb\r\n")]
    [InlineData("a", "a\r\n")]
    [InlineData("", "")]
    [InlineData(".", "..\r\n")]
    [InlineData(".\r\n", "..\r\n")]
    [InlineData("a\r\n.\r\n.b.\r\n", "a\r\n..\r\n..b.\r\n")]
    [InlineData("a\nb", "a\r\nb\r\n")]
    [InlineData("a\rb", "a\r\nb\r\n")]
    [InlineData("a\n.\nb", "a\r\n..\r\nb\r\n")]
    [InlineData("a\r.\rb", "a\r\n..\r\nb\r\n")]
    [InlineData("a\r\r\nb", "a\r\n\r\nb\r\n")]
    [InlineData("a\n\r\n.", "a\r\n\r\n..\r\n")]
    public void Lines_end_with_crlf_and_their_first_dot_is_doubled(string message, string wire) => Assert.Equal(wire, Write(message));

    [Fact]
    public void Nothing_can_look_like_the_end()
    {
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var wire = Write(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "\r\n.x"[random.Next(4)])));
            Assert.DoesNotContain("\r\n.\r\n", "\r\n" + wire, StringComparison.Ordinal);
            Assert.DoesNotContain('\r', wire.Replace("\r\n", ""));
            Assert.DoesNotContain('\n', wire.Replace("\r\n", ""));
            Assert.True(wire.Length == 0 || wire.EndsWith("\r\n", StringComparison.Ordinal));
        }
    }

    private static string Write(string message)
    {
        using var to = new MailBuffer();
        DotStuffing.Write(to, Encoding.ASCII.GetBytes(message));
        return to.ToString();
    }
}

using System.Text;
using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class SmtpReplyReaderTests
{
    private static async Task<SmtpReply> ReadAsync(string wire, int chunk = int.MaxValue)
    {
        using var reader = new SmtpReplyReader(new Dribble(Encoding.UTF8.GetBytes(wire), chunk));
        return await reader.ReadAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("250 2.0.0 Ok: queued as 4F\r\n", 250, "2.0.0", "Ok: queued as 4F")]
    [InlineData("250\r\n", 250, "", "")]
    [InlineData("250 \r\n", 250, "", "")]
    [InlineData("550-5.1.1 The account does\r\n550-5.1.1 not exist.\r\n550 5.1.1 Bye\r\n", 550, "5.1.1", "The account does not exist. Bye")]
    [InlineData("550 4.1.1 odd class\r\n", 550, "", "4.1.1 odd class")]
    [InlineData("550 5.1.10 RESOLVER.ADR.RecipientNotFound\r\n", 550, "5.1.10", "RESOLVER.ADR.RecipientNotFound")]
    [InlineData("550 5.1 not a status\r\n", 550, "", "5.1 not a status")]
    [InlineData("550 5.1.1.1 an address\r\n", 550, "", "5.1.1.1 an address")]
    public async Task A_reply_is_read_whole_in_any_pieces(string wire, int code, string status, string text)
    {
        foreach (var chunk in (int[])[1, 3, 7, int.MaxValue])
        {
            var reply = await ReadAsync(wire, chunk);
            Assert.Equal((code, status, text), (reply.Code, reply.Status.ToString(), reply.Text));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("25 OK\r\n")]
    [InlineData("2500 OK\r\n")]
    [InlineData("250+OK\r\n")]
    [InlineData("150 OK\r\n")]
    [InlineData("650 OK\r\n")]
    [InlineData("250-a\r\n550 b\r\n")]
    [InlineData("250 OK\n")]
    [InlineData("\r\n")]
    [InlineData("\n")]
    public async Task What_is_not_a_reply_is_an_error(string wire) =>
        await Assert.ThrowsAsync<SmtpProtocolException>(() => ReadAsync(wire));

    [Fact]
    public async Task A_reply_cannot_be_endless()
    {
        await Assert.ThrowsAsync<SmtpProtocolException>(() => ReadAsync("250 " + new string('x', 10_000)));
        await Assert.ThrowsAsync<SmtpProtocolException>(() => ReadAsync("250 " + new string('x', 3000) + "\r\n"));
        await Assert.ThrowsAsync<SmtpProtocolException>(() => ReadAsync(string.Concat(Enumerable.Repeat("250-x\r\n", 1000))));
    }

    [Fact]
    public async Task A_reply_cut_short_is_the_end_of_the_connection() =>
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync("250-a\r\n25"));

    [Fact]
    public async Task Control_characters_do_not_reach_our_logs()
    {
        var reply = await ReadAsync("550 5.7.1 no\u001b[2Jway\u0007\u0085 \u00ff\r\n");
        Assert.Equal("no?[2Jway?? \u00ff", reply.Text);
    }

    [Theory]
    [InlineData("Ok: queued as 4FB2C1A0", "4FB2C1A0")]
    [InlineData("Ok 0100018f3c2b1a4d-5f2c0a3e-000000", "0100018f3c2b1a4d-5f2c0a3e-000000")]
    [InlineData("OK  1700000000 a640c23a62f3a-4e5f9 - gsmtp", "1700000000 a640c23a62f3a-4e5f9")]
    [InlineData("<abc@example.com> Queued mail for delivery as <x1@y>", "x1@y")]
    [InlineData("OK id=1rABcd-0001Xy-2Z", "1rABcd-0001Xy-2Z")]
    [InlineData("Ok", null)]
    [InlineData("Message accepted", null)]
    public void The_relays_name_for_a_message_is_found(string text, string? id) => Assert.Equal(id, SmtpQueueId.Find(text));

    /// <summary>A stream that hands out a few bytes at a time.</summary>
    private sealed class Dribble(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }
}

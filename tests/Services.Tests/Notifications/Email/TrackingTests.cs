using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Email;

public partial class TrackingTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);
    private static readonly TrackingTokens Tokens = new(Secret);

    [Fact]
    public void A_token_says_what_was_put_into_it()
    {
        var message = Guid.CreateVersion7();
        Assert.True(Tokens.TryRead(Tokens.Open(message), out var open));
        Assert.Equal(new TrackingToken(TrackingKind.Open, message), open);
        Assert.True(Tokens.TryRead(Tokens.Click(message, 513), out var click));
        Assert.Equal(new TrackingToken(TrackingKind.Click, message, 513), click);
        Assert.True(Tokens.TryRead(Tokens.Click(message, 2, "https://x.example/å?q=1"), out var target));
        Assert.Equal(new TrackingToken(TrackingKind.Click, message, 2, "https://x.example/å?q=1"), target);
        Assert.True(Tokens.TryRead(Tokens.Unsubscribe(message), out var unsubscribe));
        Assert.Equal(new TrackingToken(TrackingKind.Unsubscribe, message), unsubscribe);
        Assert.Equal(Tokens.Open(message), Tokens.Open(message));
    }

    [Fact]
    public void No_token_with_any_change_is_read()
    {
        var message = Guid.CreateVersion7();
        foreach (var token in (string[])[Tokens.Open(message), Tokens.Click(message, 3), Tokens.Click(message, 3, "https://x.example/"), Tokens.Unsubscribe(message)])
        {
            var bytes = Base64Url.DecodeFromChars(token);
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[bit / 8] ^= (byte)(1 << bit % 8);
                Assert.False(Tokens.TryRead(Base64Url.EncodeToString(changed), out _));
            }
            for (var length = 0; length < token.Length; length++) Assert.False(Tokens.TryRead(token[..length], out _));
            foreach (var other in (string[])[token + "A", token + "=", token + " ", " " + token, token + "\n", "A" + token, token.ToLowerInvariant(), token + token])
                if (other != token) Assert.False(Tokens.TryRead(other, out _));
            // The last character carries unused bits: another spelling of the same bytes is another token.
            foreach (var last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".Where(c => c != token[^1]))
                Assert.False(Tokens.TryRead(token[..^1] + last, out _));
        }
        foreach (var nonsense in (string?[])[null, "", "x", new string('A', 47), new string('A', 5000), "åäö" + new string('A', 44), "../../etc/passwd"])
            Assert.False(Tokens.TryRead(nonsense, out _));
    }

    [Fact]
    public void Another_installation_and_another_secret_make_other_tokens()
    {
        var message = Guid.CreateVersion7();
        var other = new TrackingTokens(RandomNumberGenerator.GetBytes(32));
        Assert.False(other.TryRead(Tokens.Open(message), out _));
        var rotated = new TrackingTokens(RandomNumberGenerator.GetBytes(32), Secret);
        Assert.True(rotated.TryRead(Tokens.Unsubscribe(message), out _));
        Assert.True(rotated.TryRead(rotated.Unsubscribe(message), out _));
        Assert.Throws<ArgumentException>(() => new TrackingTokens(new byte[31]));
    }

    [Fact]
    public void A_token_reveals_neither_the_message_nor_its_order()
    {
        var message = Guid.CreateVersion7();
        var bytes = Base64Url.DecodeFromChars(Tokens.Click(message, 1, "https://x.example/?email=ada@example.com"));
        foreach (var visible in (byte[][])[message.ToByteArray(), message.ToByteArray(bigEndian: true), "example"u8.ToArray(), "ada@"u8.ToArray()])
            Assert.True(bytes.AsSpan().IndexOf(visible) < 0);
        // Links of one message and neighbours in time have nothing in common but chance.
        var tokens = Enumerable.Range(0, 200).Select(i => Base64Url.DecodeFromChars(Tokens.Click(message, i))).ToArray();
        Assert.Equal(200, tokens.Select(t => Convert.ToHexString(t[..16])).Distinct().Count());
        Assert.Equal(200, tokens.Select(t => Convert.ToHexString(t[16..24])).Distinct().Count());
    }

    [Theory]
    [InlineData("<a href=\"https://x.example/a\">a</a>", "https://x.example/a")]
    [InlineData("<A HREF='http://x.example/a?b=1&amp;c=2'>a</A>", "http://x.example/a?b=1&c=2")]
    [InlineData("<a class=x href=https://x.example/a>a</a>", "https://x.example/a")]
    [InlineData("<a\n  href = \" https://x.example/a \"\n>a</a>", "https://x.example/a")]
    [InlineData("<map><area shape=rect href=\"https://x.example/area\"></map>", "https://x.example/area")]
    [InlineData("<a title=\"1 > 0\" href=\"https://x.example/a\">a</a>", "https://x.example/a")]
    public void Web_links_are_tracked_and_lead_where_they_led(string html, string target)
    {
        var (rendered, links, _) = Render(html, []);
        var token = Assert.Single(Clicks(rendered));
        Assert.True(Tokens.TryRead(token, out var click));
        Assert.Equal(target, links.Resolve(click));
        Assert.DoesNotContain(target.Split("//")[1], rendered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a href=\"mailto:a@b.example\">a</a>")]
    [InlineData("<a href=\"tel:+46\">a</a>")]
    [InlineData("<a href=\"#top\">a</a>")]
    [InlineData("<a href=\"/relative\">a</a>")]
    [InlineData("<a href=\"javascript:alert(1)\">a</a>")]
    [InlineData("<a href=\"ftp://x.example\">a</a>")]
    [InlineData("<a href=\"https://\">a</a>")]
    [InlineData("<a name=\"https://x.example\">a</a>")]
    [InlineData("<a data-href=\"https://x.example\">a</a>")]
    [InlineData("<a href=\"https://x.example\" data-track=\"off\">a</a>")]
    [InlineData("<a href=\"{{unsubscribeUrl}}\">a</a>")]
    [InlineData("<a href=\"{{ unsubscribeUrl }}?x\">a</a>")]
    [InlineData("<a href=\"{{mail}}\">a</a>")]
    [InlineData("<img src=\"https://x.example/i.png\">")]
    [InlineData("<!-- <a href=\"https://x.example\">a</a> -->")]
    [InlineData("<style>a[href='https://x.example']{}</style>")]
    [InlineData("https://x.example <b>href=\"https://x.example\"</b>")]
    public void Everything_else_stays_as_it_is(string html)
    {
        var data = new Dictionary<string, object?> { ["unsubscribeUrl"] = "https://t.example/u/1", ["mail"] = "mailto:a@b.example" };
        var (rendered, _, plain) = Render(html, data);
        Assert.Empty(Clicks(rendered));
        Assert.Equal(plain, Pixel().Replace(rendered, ""));
    }

    [Fact]
    public void A_personalised_link_carries_its_target()
    {
        const string html = "{{#each items}}<a href=\"https://x.example/{{id}}?a=1&amp;n={{name}}\">x</a>{{/each}}<a href=\"{{page}}\">y</a>";
        var (rendered, links, _) = Render(html, new()
        {
            ["page"] = "https://y.example/?q=<1>&r=å",
            ["items"] = new[] { 1, 2 }.Select(i => new Dictionary<string, object?> { ["id"] = i, ["name"] = "a\"b" }).ToArray(),
        });
        Assert.Equal(2, links.Links.Count);
        Assert.Equal(["https://x.example/1?a=1&n=a\"b", "https://x.example/2?a=1&n=a\"b", "https://y.example/?q=<1>&r=å"],
            Clicks(rendered).Select(t => { Assert.True(Tokens.TryRead(t, out var c)); return links.Resolve(c); }));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData(" java\nscript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("JAVASCRIPT:alert(1)")]
    public void A_script_from_the_data_does_not_become_a_link(string target)
    {
        var (rendered, _, plain) = Render("<a href=\"{{page}}\">y</a>", new() { ["page"] = target });
        Assert.Contains("<a href=\"#\">y</a>", rendered, StringComparison.Ordinal);
        Assert.Contains("y</a>", plain, StringComparison.Ordinal);
    }

    [Fact]
    public void A_very_long_personalised_address_goes_out_untracked()
    {
        var (rendered, _, _) = Render("<a href=\"https://x.example/{{q}}\">y</a>", new() { ["q"] = new string('a', 1300) });
        Assert.Empty(Clicks(rendered));
        Assert.Contains("https://x.example/aaa", rendered, StringComparison.Ordinal);
    }

    [Fact]
    public void The_redirect_follows_only_links_of_its_own_table()
    {
        var links = new LinkTable([new LinkTarget("https://x.example/", true), new LinkTarget("https://y.example/{{id}}", false)]);
        var id = Guid.CreateVersion7();
        Assert.Equal("https://x.example/", links.Resolve(new TrackingToken(TrackingKind.Click, id, 0)));
        Assert.Equal("https://y.example/1", links.Resolve(new TrackingToken(TrackingKind.Click, id, 1, "https://y.example/1")));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Click, id, 2)));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Click, id, 1)));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Click, id, 0, "https://evil.example/")));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Open, id)));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Click, id, 1, "javascript:alert(1)")));
        Assert.Null(links.Resolve(new TrackingToken(TrackingKind.Click, id, 1, "https://y.example/\r\nSet-Cookie: x")));
    }

    [Fact]
    public void The_same_content_gives_the_same_table_with_each_address_once()
    {
        const string html = "<a href=\"https://b.example/\">1</a><a href=\"https://a.example/\">2</a><a href=\"https://b.example/\">3</a>";
        var (first, links) = LinkRewriter.Rewrite(html);
        var (second, again) = LinkRewriter.Rewrite(html);
        Assert.Equal(first, second);
        Assert.Equal(["https://b.example/", "https://a.example/"], links.Links.Select(l => l.Address));
        Assert.Equal(links.Links, again.Links);
    }

    [Fact]
    public void The_pixel_stands_once_at_the_end_of_the_body()
    {
        var (rendered, _, _) = Render("<html><body><p>x</p></body></html>", []);
        var pixel = Assert.Single(Pixel().Matches(rendered).AsEnumerable());
        Assert.EndsWith("</body></html>", rendered, StringComparison.Ordinal);
        Assert.Equal("</body></html>", rendered[(pixel.Index + pixel.Length)..]);
        var token = pixel.Groups[1].Value;
        Assert.True(Tokens.TryRead(token, out var open));
        Assert.Equal(TrackingKind.Open, open.Kind);
    }

    [Fact]
    public void No_html_breaks_the_rewriting()
    {
        string[] parts = ["<a href=", "\"", "'", ">", "<", "https://x.example/", "{{a}}", "{{", "}}", "{{#if a}}", "{{/if}}", " ", "</a>", "\\", "=", "<!--", "-->", "</body>", "data-track", "&amp;", "<area "];
        var random = new Random(5);
        for (var i = 0; i < 50_000; i++)
        {
            var html = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            if (!EmailTemplate.TryPrepare(new EmailContent("s", null, html, null), null, out var email, out _)) continue;
            using var plain = new RenderedEmail();
            using var tracked = new RenderedEmail();
            email.Render(new Dictionary<string, object?> { ["a"] = "x" }, plain);
            email.Render(new Dictionary<string, object?> { ["a"] = "x" }, tracked, Tracker());
        }
    }

    private static MessageTracker Tracker() => new(new TrackingAddresses(new Uri("https://t.example/api/notifications"), Tokens), Guid.CreateVersion7());

    private static (string Tracked, LinkTable Links, string Plain) Render(string html, Dictionary<string, object?> data)
    {
        Assert.True(EmailTemplate.TryPrepare(new EmailContent("s", null, html, null), null, out var email, out var problems), string.Join(' ', problems));
        using var rendered = new RenderedEmail();
        email.Render(data, rendered);
        var plain = rendered.Html.ToString();
        email.Render(data, rendered, Tracker());
        return (rendered.Html.ToString(), email.Links, plain);
    }

    private static IEnumerable<string> Clicks(string html) => Click().Matches(html).Select(m => m.Groups[1].Value);

    [GeneratedRegex("https://t.example/api/notifications/t/c/([A-Za-z0-9_-]+)")]
    private static partial Regex Click();

    [GeneratedRegex("<img src=\"https://t.example/api/notifications/t/o/([A-Za-z0-9_-]+).gif\"[^>]*>")]
    private static partial Regex Pixel();
}

using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Email;

public class HtmlToTextTests
{
    [Theory]
    [InlineData("Hello", "Hello")]
    [InlineData("<p>One</p><p>Two</p>", "One\n\nTwo")]
    [InlineData("<h1>Title</h1>\n<p>Text   with\n\n  space</p>", "Title\n\nText with space")]
    [InlineData("a<br>b<br/>c<br><br>d", "a\nb\nc\n\nd")]
    [InlineData("<div>a</div><div>b</div>", "a\nb")]
    [InlineData("foo<b>bar</b> <i>baz</i>!", "foobar baz!")]
    [InlineData("<p>Read <a href=\"https://example.com/x?a=1&amp;b=2\">our news</a>.</p>", "Read our news (https://example.com/x?a=1&b=2).")]
    [InlineData("<a href=\"https://example.com/\">example.com</a> <a href=\"https://example.com\">https://example.com</a>", "example.com https://example.com")]
    [InlineData("<a href=\"mailto:hi@example.com?subject=x\">hi@example.com</a> <a href=\"mailto:hi@example.com\">Write</a>", "hi@example.com Write (hi@example.com)")]
    [InlineData("<a href=\"tel:+468123\">Call</a> <a href=\"#top\">Top</a> <a href=\"javascript:x()\">No</a> <a name=x>Here</a>", "Call (+468123) Top No Here")]
    [InlineData("<a href=\"https://e.com\"><img src=x alt=\"Shop now\"></a>", "Shop now (https://e.com)")]
    [InlineData("<a href=\"https://e.com\"><img src=x></a>", "https://e.com")]
    [InlineData("<a href=\"https://e.com\"><p>Block</p></a><p>Next</p>", "Block (https://e.com)\n\nNext")]
    [InlineData("<p>Before</p><ul><li>One</li><li>Two <b>x</b></li></ul><p>After</p>", "Before\n\n- One\n- Two x\n\nAfter")]
    [InlineData("<ol><li>One<ul><li>In</li></ul></li><li>Two</li></ol>", "1. One\n  - In\n2. Two")]
    [InlineData("<table><tr><th>Item</th><th>Price</th></tr><tr><td>Tea</td><td>3 €</td></tr></table>", "Item | Price\nTea | 3 €")]
    [InlineData("<table role=\"presentation\"><tr><td>Left</td><td>Right</td></tr></table>", "Left\nRight")]
    [InlineData("<div style=\"display: none; max-height:0\">Preheader</div><span hidden>x</span><p style='mso-hide:all'>y</p>Body", "Body")]
    [InlineData("<div style=\"display:none\">a<div>b</div>c</div>d", "d")]
    [InlineData("<html><head><title>T</title><style>p{}</style></head><body>Hi<script>x('<p>')</script></body></html>", "Hi")]
    [InlineData("<!-- no --><!--[if mso]><p>no</p><![endif]-->yes", "yes")]
    [InlineData("1 &lt; 2 &amp;&nbsp;&eacute;&#229;&#x1F389;", "1 < 2 & éå🎉")]
    [InlineData("so&shy;ft&zwnj;&#847;&#8203;x", "softx")]
    [InlineData("<blockquote>Said<br>so</blockquote>Then", "> Said\n> so\n\nThen")]
    [InlineData("<pre>a  b\n c</pre>", "a  b\n c")]
    [InlineData("a<hr>b", "a\n\n---\n\nb")]
    [InlineData("<p>unclosed <b>tags", "unclosed tags")]
    [InlineData("5 < 6 and <", "5 < 6 and <")]
    [InlineData("", "")]
    public void Html_becomes_readable_text(string html, string text) => Assert.Equal(text, HtmlToText.Convert(html));

    [Fact]
    public void The_text_of_a_template_is_a_template_that_renders_the_same_text()
    {
        const string html = """
            <h1>Hi {{firstName}},</h1>
            <p>{{#if vip}}You are <b>special</b>. {{else}}Welcome. {{/if}}See <a href="https://x.example/{{id}}">your page</a>{{! note }}</p>
            <ul>{{#each items}}<li>{{name}}: {{price}}</li>{{/each}}</ul>
            <table>{{#each items}}<tr><td>{{name}}</td><td>{{price}}</td></tr>{{/each}}</table>
            <p>Bye</p>
            """;
        var source = HtmlToText.Convert(html);
        var rendered = Templates.TemplateTests.Render(source, new()
        {
            ["firstName"] = "Åsa <3",
            ["vip"] = true,
            ["id"] = 7,
            ["items"] = new[] { new Dictionary<string, object?> { ["name"] = "Tea", ["price"] = 3 }, new Dictionary<string, object?> { ["name"] = "Cake", ["price"] = 4 } },
        });
        Assert.Equal("Hi Åsa <3,\n\nYou are special. See your page (https://x.example/7)\n\n- Tea: 3\n- Cake: 4\n\nTea | 3\nCake | 4\n\nBye", rendered.Replace("\n\n\n", "\n\n"));
    }

    [Fact]
    public void No_html_breaks_it()
    {
        string[] parts = ["<a href=", "\"", "'", ">", "<", "</a>", "<td>", "</table>", "<ul>", "<li>", "<!--", "-->", "{{", "}}", "<script>", "</script", "<p style=\"display:none\">", "x", " ", "\n", "&amp;", "&#", "<pre>", "<blockquote>", "</", "=", "/>", "\uD800"];
        var random = new Random(1);
        for (var i = 0; i < 50_000; i++) HtmlToText.Convert(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)])));
    }

    [Fact]
    public void Half_a_megabyte_of_nonsense_takes_no_time()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var part in (string[])["<", "<a ", "{{", "<a href=\"", "<!--", "&", "<p style=display:none>", "<ul>", "</script", "<script>", "<a href='x'>y</a>", "{", "<td>", "{{#if a}}<"])
            HtmlToText.Convert(string.Concat(Enumerable.Repeat(part, 512 * 1024 / part.Length)));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }
}

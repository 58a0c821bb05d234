using System.Text.RegularExpressions;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Templates;

public partial class MessageLayoutTests
{
    private static readonly BrandLook Acme = new()
    {
        Name = "Acme",
        PrimaryColor = "#0a6",
        AccentColor = "#ffcc00",
        LegalName = "Acme Handels AB",
        PostalAddress = "Storgatan 1\n111 22 Stockholm",
        WebsiteUrl = "https://www.acme.example/start",
        Language = "sv",
        FontFamily = "Inter, 'Open Sans'",
    };

    private static (string Html, string Text) Render(BrandLook look, EmailContent content, bool unsubscribe = true)
    {
        Assert.True(EmailTemplate.TryPrepare(content, look, out var email, out var problems), string.Join(' ', problems));
        using var rendered = new RenderedEmail();
        var data = new Dictionary<string, object?> { ["firstName"] = "Åsa <b>" };
        if (unsubscribe) data["unsubscribeUrl"] = "https://t.example/u/abc";
        email.Render(data, rendered);
        return (rendered.Html.ToString(), rendered.Text.ToString());
    }

    private static EmailContent Content(string html, string? preheader = null, string? text = null) => new("Hi", preheader, html, text);

    [Fact]
    public void The_message_is_dressed_in_its_brand_and_signed()
    {
        var (html, text) = Render(Acme, Content("<h1>Hej {{firstName}}</h1><p>Text</p>", "Nyheter till {{firstName}} & co"));
        Assert.Contains("<html lang=\"sv\" dir=\"ltr\"", html, StringComparison.Ordinal);
        Assert.Contains("background:#00aa66", html, StringComparison.Ordinal);
        Assert.Contains("Inter,&#39;Open Sans&#39;", html.Replace("'", "&#39;"), StringComparison.Ordinal);
        Assert.Contains("Acme Handels AB", html, StringComparison.Ordinal);
        Assert.Contains("Storgatan 1, 111 22 Stockholm", html, StringComparison.Ordinal);
        Assert.Contains("www.acme.example", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"https://t.example/u/abc\"", html, StringComparison.Ordinal);
        Assert.Contains(">Avsluta prenumerationen</a>", html, StringComparison.Ordinal);
        Assert.Contains("Nyheter till Åsa &lt;b&gt; &amp; co&#847;", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", html, StringComparison.Ordinal);

        Assert.DoesNotContain("Nyheter", text, StringComparison.Ordinal);
        Assert.Equal("Acme\n\nHej Åsa <b>\n\nText\n\nAcme Handels AB\nStorgatan 1, 111 22 Stockholm\nwww.acme.example (https://www.acme.example/start)\nAvsluta prenumerationen (https://t.example/u/abc)",
            text.Trim());
    }

    [Fact]
    public void A_message_without_a_list_has_no_unsubscribe_link()
    {
        var (html, text) = Render(Acme, Content("<p>Kvitto</p>", text: "Kvitto"), unsubscribe: false);
        Assert.DoesNotContain("Avsluta", html, StringComparison.Ordinal);
        Assert.Equal("Kvitto\n\n-- \nAcme Handels AB\nStorgatan 1, 111 22 Stockholm\nhttps://www.acme.example/start\n", text);
    }

    [Fact]
    public void Written_text_is_kept_and_signed()
    {
        var (_, text) = Render(Acme, Content("<p>x</p>", text: "Hej {{firstName}}!"));
        Assert.Equal("Hej Åsa <b>!\n\n-- \nAcme Handels AB\nStorgatan 1, 111 22 Stockholm\nhttps://www.acme.example/start\nAvsluta prenumerationen: https://t.example/u/abc\n", text);
    }

    [Fact]
    public void Nothing_of_a_brand_can_become_markup_style_or_a_tag()
    {
        var evil = new BrandLook
        {
            Name = "<script>alert(1)</script>{{firstName}}",
            LegalName = "{{#each x}}\"'<img>",
            PostalAddress = "</td></table>{{{firstName}}}",
            PrimaryColor = "red;}body{display:none",
            AccentColor = "#zzz",
            LogoUrl = "javascript:alert(1)",
            WebsiteUrl = "https://x.example/\"onload=\"x",
            FontFamily = "x;}body{background:url(https://evil.example)",
            Language = "sv\" onload=\"x",
        };
        var (html, text) = Render(evil, Content("<p>x</p>"));
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Åsa", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil.example", html, StringComparison.Ordinal);
        Assert.DoesNotContain("onload=\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("display:none}", html.Replace(" ", ""), StringComparison.Ordinal);
        Assert.Contains("&#123;&#123;firstName}}", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Åsa", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_authors_own_document_keeps_its_looks_and_gets_what_the_law_asks_for()
    {
        var (own, _) = Render(Acme, Content("<!doctype html><html><body class=x><p>Own</p></body></html>", "Pre"));
        Assert.StartsWith("<!doctype html><html><body class=x><div style=\"display:none", own, StringComparison.Ordinal);
        Assert.Contains("Avsluta prenumerationen", own, StringComparison.Ordinal);
        Assert.DoesNotContain("tl-card", own, StringComparison.Ordinal);
        var (has, _) = Render(Acme, Content("<html><body><a href=\"{{unsubscribeUrl}}\">bye</a></body></html>"));
        Assert.DoesNotContain("Avsluta", has, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_of_plain_text_becomes_paragraphs()
    {
        var (html, text) = Render(Acme with { Language = "ar" }, Content("Hej {{firstName}},\n\nrad ett\nrad två"));
        Assert.Contains("<p>Hej Åsa &lt;b&gt;,</p>\n<p>rad ett<br>\nrad två</p>", html, StringComparison.Ordinal);
        Assert.Contains("dir=\"rtl\"", html, StringComparison.Ordinal);
        Assert.Contains("Hej Åsa <b>,\n\nrad ett\nrad två", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_with_html_in_it_does_not_show_tags_in_the_text()
    {
        Assert.True(EmailTemplate.TryPrepare(Content("<p>{{{rich}}}</p>"), null, out var email, out _));
        using var rendered = new RenderedEmail();
        email.Render(new Dictionary<string, object?> { ["rich"] = "<b>bold</b>" }, rendered);
        Assert.Equal("bold", rendered.Text.ToString());
    }

    [Fact]
    public void Mistakes_are_told_by_part_and_line()
    {
        var problems = EmailTemplate.Check(new EmailContent("{{#if a}}", "{{nope}}", "<p>\n{{oops}}</p>", "{{x"), ["a"]);
        Assert.Equal(["subject, line 1", "preheader, line 1", "html, line 2", "text, line 1"], problems.Select(p => p.Where));
        Assert.False(EmailTemplate.TryPrepare(new EmailContent("{{#if a}}", null, "", null), null, out _, out var found));
        Assert.Single(found);
    }

    [Fact]
    public void Text_on_every_brand_colour_can_be_read()
    {
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var colour = new Colour((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            Assert.InRange(colour.Contrast(colour.TextOn()), 4.5, 22);
            Assert.InRange(colour.ReadableOn(Colour.White).Contrast(Colour.White), 4.5, 22);
            Assert.InRange(colour.ReadableOn(new Colour(0x1b, 0x1f, 0x27)).Contrast(new Colour(0x1b, 0x1f, 0x27)), 4.5, 22);
        }
        Assert.Equal(21, Colour.White.Contrast(new Colour(0, 0, 0)), 3);
        Assert.Equal("#00aa66", Colour.Parse("#0a6", Colour.Ink).ToString());
        Assert.Equal(Colour.Ink, Colour.Parse("url(x)", Colour.Ink));
        Assert.Equal(Colour.Ink, Colour.Parse("#12345g", Colour.Ink));
    }
}

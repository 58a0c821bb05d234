using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ann@lee.se", "ann@lee.se")]
    [InlineData("  Ann.Lee@LEE.Se \t", "ann.lee@lee.se")]
    [InlineData("mailto:ann@lee.se?subject=Hello", "ann@lee.se")]
    [InlineData("Ann Lee <ANN@lee.se>", "ann@lee.se")]
    [InlineData("\"Lee, Ann\" <mailto:ann@lee.se>", "ann@lee.se")]
    [InlineData("<ann@lee.se>;", "ann@lee.se")]
    [InlineData("'ann@lee.se'", "ann@lee.se")]
    [InlineData("\u200bann@lee.se\ufeff", "ann@lee.se")]
    [InlineData("ann@lee.se.", "ann@lee.se")]
    [InlineData("o'brien+a/b={x}~_-!#$%&*?^`|@lee.se", "o'brien+a/b={x}~_-!#$%&*?^`|@lee.se")]
    [InlineData("ann@müller.de", "ann@xn--mller-kva.de")]
    [InlineData("ann@MU\u0308LLER.de", "ann@xn--mller-kva.de")]
    [InlineData("ann@straße.de", "ann@xn--strae-oqa.de")]
    [InlineData("ann@例え。jp", "ann@xn--r8jz45g.jp")]
    [InlineData("ann@ｌｅｅ．se", "ann@lee.se")]
    [InlineData("ann@xn--mller-kva.de", "ann@xn--mller-kva.de")]
    [InlineData("a@b.museum", "a@b.museum")]
    public void Has_one_canonical_form(string typed, string canonical) => Assert.Equal((canonical, (string?)null), Read(typed));

    [Theory]
    [InlineData(null, "empty")]
    [InlineData(" ", "empty")]
    [InlineData("ann", "no @")]
    [InlineData("@lee.se", "nothing before")]
    [InlineData("ann@", "nothing after")]
    [InlineData("a@b@lee.se", "more than one @")]
    [InlineData("a@lee.se, b@lee.se", "more than one e-mail")]
    [InlineData("a@lee.se;b@lee.se", "more than one e-mail")]
    [InlineData("ann lee@lee.se", "space")]
    [InlineData("ann@lee .se", "after its domain")]
    [InlineData("\"ann lee\"@lee.se", "quotes")]
    [InlineData(".ann@lee.se", "dot too many")]
    [InlineData("ann.@lee.se", "dot too many")]
    [InlineData("a..nn@lee.se", "dot too many")]
    [InlineData("ann@lee..se", "dot too many")]
    [InlineData("ann@.lee.se", "dot too many")]
    [InlineData("ann@localhost", "ending")]
    [InlineData("ann@10.0.0.1", "valid ending")]
    [InlineData("ann@[10.0.0.1]", "number in place")]
    [InlineData("ann@-lee.se", "hyphen")]
    [InlineData("ann@lee_x.se", "character")]
    [InlineData("ann@lee\u2063x.se", "character")]
    [InlineData("ann@💩.se", "character")]
    [InlineData("ånn@lee.se", "letters that most mail servers refuse")]
    [InlineData("ann\u202e@lee.se", "letters that most mail servers refuse")]
    [InlineData("an\0n@lee.se", "not allowed")]
    [InlineData("a(b)@lee.se", "not allowed")]
    public void Refuses_with_a_reason(string? typed, string reason)
    {
        var got = EmailAddress.Parse(typed);
        Assert.Null(got.Canonical);
        Assert.Null(got.MatchKey);
        Assert.Contains(reason, got.Reason);
    }

    [Fact]
    public void Refuses_half_characters()
    {
        Assert.NotNull(EmailAddress.Parse("an\ud83dn@lee.se").Reason);
        Assert.NotNull(EmailAddress.Parse("ann@le\ud83de.se").Reason);
        Assert.NotNull(EmailAddress.Parse("ann@le\udc00.se").Reason);
    }

    [Fact]
    public void Keeps_the_limits_of_smtp()
    {
        var local = new string('a', 64);
        var domain = $"{new string('b', 63)}.{new string('c', 63)}.{new string('d', 58)}.se";
        Assert.Equal(254, local.Length + 1 + domain.Length);
        Assert.NotNull(EmailAddress.Parse($"{local}@{domain}").Canonical);
        Assert.Contains("longer than 254", EmailAddress.Parse($"{local}@{domain}n").Reason);
        Assert.Contains("longer than 64", EmailAddress.Parse($"a{local}@lee.se").Reason);
        Assert.Contains("too long", EmailAddress.Parse($"a@{new string('b', 64)}.se").Reason);
        Assert.Contains("too long", EmailAddress.Parse(new string('a', 1_000_000) + "@lee.se").Reason);
    }

    [Theory]
    [InlineData("A.n.n+shop@GMail.com", "a.n.n+shop@gmail.com", "ann@gmail.com")]
    [InlineData("ann@googlemail.com", "ann@googlemail.com", "ann@gmail.com")]
    [InlineData("ann+x@outlook.com", "ann+x@outlook.com", "ann@outlook.com")]
    [InlineData("a.nn+x@icloud.com", "a.nn+x@icloud.com", "a.nn@icloud.com")]
    [InlineData("a.nn+x@lee.se", "a.nn+x@lee.se", "a.nn+x@lee.se")]
    [InlineData("+x@gmail.com", "+x@gmail.com", "+x@gmail.com")]
    public void Matches_addresses_of_one_mailbox_without_changing_where_mail_goes(string typed, string canonical, string key)
    {
        Assert.Equal(new EmailAddress(canonical, key, null), EmailAddress.Parse(typed));
    }

    [Fact]
    public void Canonical_form_reads_back_as_itself()
    {
        foreach (var typed in new[] { "Ann@Müller.de", "A.B+c@Gmail.com", "x@例え.jp" })
        {
            var once = EmailAddress.Parse(typed);
            Assert.Equal(once, EmailAddress.Parse(once.Canonical));
        }
    }

    private static (string?, string?) Read(string typed)
    {
        var got = EmailAddress.Parse(typed);
        return (got.Canonical, got.Reason);
    }
}

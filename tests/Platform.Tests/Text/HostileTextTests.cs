using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class HostileTextTests
{
    private const string Characters = "0123456789+-() .x#;,@.<>'\"=abcAÖßéИ例٣９😀\u0301\u200b\u202e\ufeff\u00ad\0\t\r\n\u3002\uff0e";

    /// <summary>Any text gives a normal form or a reason, never both, never neither, never an exception.</summary>
    [Fact]
    public void Any_text_gets_an_answer()
    {
        var random = new Random(5321);
        for (var round = 0; round < 100_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 25)).Select(_ => Characters[random.Next(random.Next(3) == 0 ? Characters.Length : 20)])]);
            if (random.Next(3) == 0) text += "@" + (random.Next(2) == 0 ? "lee.se" : "xn--" + text);

            var phone = PhoneNumber.Parse(text, random.Next(2) == 0 ? "SE" : null);
            Assert.True(phone.E164 is null == phone.Reason is not null, text);
            if (phone.E164 is not null) Assert.Matches(@"^\+[1-9][0-9]{3,14}$", phone.E164);

            var email = EmailAddress.Parse(text);
            Assert.True(email.Canonical is null == email.Reason is not null && email.Canonical is null == email.MatchKey is null, text);
            if (email.Canonical is not null)
            {
                Assert.True(email.Canonical.Length <= 254 && email.Canonical.All(c => c is > ' ' and < '\u007f'), email.Canonical);
                Assert.Equal(email, EmailAddress.Parse(email.Canonical));
            }
            Assert.Equal(text, CsvFormula.Unescape(CsvFormula.Escape(text)));
            Assert.Equal(Nfc.Normalize(text), Nfc.Normalize(Nfc.Normalize(text)));
        }
    }
}

using System.Globalization;
using System.Text;
using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class NfcTests
{
    [Fact]
    public void Composes_as_the_unicode_standard_does()
    {
        var rows = Fixtures.Lines("composition.tsv").Select(x => x.Split('\t')).ToList();
        Assert.True(rows.Count > 4000);
        foreach (var row in rows)
        {
            Assert.Equal(row[1], Shown(Nfc.Normalize(Text(row[0]))));
            Assert.Equal(row[1], Shown(Nfc.Normalize(Text(row[1]))));
        }
    }

    [Fact]
    public void Leaves_what_is_composed_and_what_is_broken()
    {
        foreach (var text in new[] { "", "plain ascii", "Müller Åsa", "lone \ud83d surrogate é", "\udc00", "a\ud83d" })
        {
            Assert.Equal(text, Nfc.Normalize(text));
        }
    }

    private static string Text(string codes) =>
        string.Concat(codes.Split(' ').Select(x => char.ConvertFromUtf32(int.Parse(x, NumberStyles.HexNumber))));

    private static string Shown(string text) => string.Join(' ', text.EnumerateRunes().Select((Rune x) => x.Value.ToString("x")));
}

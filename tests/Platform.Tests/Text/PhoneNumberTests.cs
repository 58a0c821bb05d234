using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class PhoneNumberTests
{
    /// <summary>Every number of the corpus gets the answer libphonenumber gave it, good and bad alike.</summary>
    [Fact]
    public void Agrees_with_libphonenumber_on_numbers_of_every_region()
    {
        var rows = Fixtures.Lines("phones.tsv").Select(x => x.Split('\t')).ToList();
        Assert.True(rows.Count > 10_000);
        Assert.True(rows.Select(x => x[1]).Distinct().Count() > 200);

        var differences = new List<string>();
        foreach (var row in rows)
        {
            var got = PhoneNumber.Parse(row[0], row[1]);
            if ((got.E164 ?? "") != row[2] || (got.Extension ?? "") != row[3])
            {
                differences.Add($"{row[0]} [{row[1]}] expected {row[2]} x{row[3]}, got {got.E164} x{got.Extension} {got.Reason}");
            }
            Assert.Equal(got.E164 is null, got.Reason is not null);
        }
        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences.Take(60))}");
    }

    [Theory]
    [InlineData("001-307-937-7505x54026", "US", "+13079377505", "54026")]
    [InlineData("+1-307-937-7505x54026", "SE", "+13079377505", "54026")]
    [InlineData("(716)933-8844x39682", "US", "+17169338844", "39682")]
    [InlineData("9802005297", "US", "+19802005297", null)]
    [InlineData("9802005297.0", "US", "+19802005297", null)]
    [InlineData("0046 70 174 06 05", "JP", "+46701740605", null)]
    [InlineData("010 46 70 174 06 05", "JP", "+46701740605", null)]
    [InlineData("0046701740605", null, "+46701740605", null)]
    [InlineData("070-174 06 05", "se", "+46701740605", null)]
    [InlineData("+46 (0)70-174 06 05", "US", "+46701740605", null)]
    [InlineData("+34 (0) 912 345 678", "US", "+34912345678", null)]
    [InlineData("(+44) 20 7946 0958", "US", "+442079460958", null)]
    [InlineData("+39 06 698 12345", "US", "+390669812345", null)]
    [InlineData("06 698 12345", "IT", "+390669812345", null)]
    [InlineData("0171/1234567", "DE", "+491711234567", null)]
    [InlineData("011 15 2345-6789", "AR", "+5491123456789", null)]
    [InlineData("8 (912) 345-67-89", "RU", "+79123456789", null)]
    [InlineData("tel:+46701740605", null, "+46701740605", null)]
    [InlineData("tel:+46-70-174-06-05;ext=12", null, "+46701740605", "12")]
    [InlineData("\u200e+46\u00a070\u2011174\u00a006\u00a005", null, "+46701740605", null)]
    [InlineData("٠٧٠١٧٤٠٦٠٥", "SE", "+46701740605", null)]
    [InlineData("917 584 0243 ext. 4606", "US", "+19175840243", "4606")]
    [InlineData("917 584 0243 EXTENSION: 4606", "US", "+19175840243", "4606")]
    [InlineData("917 584 0243 #4606", "US", "+19175840243", "4606")]
    [InlineData("917 584 0243,,4606#", "US", "+19175840243", "4606")]
    [InlineData("030 901820 Durchwahl 12", "DE", "+4930901820", "12")]
    [InlineData("917 584 0243 - 503#", "US", "+19175840243", "503")]
    public void Reads_what_people_type(string typed, string? country, string e164, string? extension)
    {
        Assert.Equal(new PhoneNumber(e164, extension, null), PhoneNumber.Parse(typed, country));
    }

    [Theory]
    [InlineData("", "US", "empty")]
    [InlineData("   ", "US", "empty")]
    [InlineData("+", "US", "no digits")]
    [InlineData("1-800-FLOWERS", "US", "letters")]
    [InlineData("call me", "US", "letters")]
    [InlineData("1.98E+10", "US", "spreadsheet")]
    [InlineData("12", "US", "too short")]
    [InlineData("555-1234", "US", "numbering plan of US")]
    [InlineData("345-6789", "CA", "numbering plan of CA")]
    [InlineData("(123)456-7890", "US", "numbering plan of US")]
    [InlineData("0701740605", null, "no country code")]
    [InlineData("0701740605", "XX", "not a country")]
    [InlineData("+999 123 456 789", "US", "unknown country code")]
    [InlineData("+46 12", "US", "numbering plan of +46")]
    [InlineData("070+1740605", "SE", "plus")]
    [InlineData("++46701740605", "SE", "plus")]
    [InlineData("9175840243 x", "US", "extension")]
    [InlineData("9175840243 x12x13", "US", "extension")]
    [InlineData("x123", "US", "extension")]
    [InlineData("917*584*0243", "US", "character")]
    [InlineData("070\0174 06 05", "SE", "character")]
    [InlineData("123456789012345678901234567890123456", "US", "too many digits")]
    [InlineData("1234567890123456789012", "US", "too many digits")]
    public void Refuses_with_a_reason(string typed, string? country, string reason)
    {
        var got = PhoneNumber.Parse(typed, country);
        Assert.Null(got.E164);
        Assert.Contains(reason, got.Reason);
    }

    [Fact]
    public void Refuses_half_characters() => Assert.Contains("character", PhoneNumber.Parse("070\ud83d1740605", "SE").Reason);

    [Fact]
    public void Refuses_text_that_is_far_too_long_at_once() =>
        Assert.Contains("too long", PhoneNumber.Parse(new string('1', 1_000_000), "US").Reason);

    /// <summary>A number already in its normal form means the same wherever it is read.</summary>
    [Fact]
    public void Its_own_result_reads_back_as_itself()
    {
        foreach (var e164 in Fixtures.Lines("phones.tsv").Select(x => x.Split('\t')[2]).Where(x => x != "").Distinct())
        {
            Assert.Equal(e164, PhoneNumber.Parse(e164, "US").E164);
        }
    }
}

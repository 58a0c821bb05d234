using Tideline.Platform.Text;

namespace Tideline.Platform.Tests.Text;

public sealed class CountryCodeTests
{
    [Theory]
    [InlineData("SE", "SE")]
    [InlineData(" se ", "SE")]
    [InlineData("SWE", "SE")]
    [InlineData("Sverige", "SE")]
    [InlineData("Schweden", "SE")]
    [InlineData("Suecia", "SE")]
    [InlineData("suède", "SE")]
    [InlineData("USA", "US")]
    [InlineData("U.S.A.", "US")]
    [InlineData("United States of America", "US")]
    [InlineData("uk", "GB")]
    [InlineData("Cote d'Ivoire", "CI")]
    [InlineData("Côte d’Ivoire", "CI")]
    [InlineData("The Netherlands", "NL")]
    [InlineData("Österreich", "AT")]
    [InlineData("Osterreich", "AT")]
    [InlineData("Narnia", null)]
    [InlineData("ZZ", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Reads_codes_and_names(string? text, string? code) => Assert.Equal(code, CountryCode.Parse(text));

    [Fact]
    public void Knows_every_region_that_has_phone_numbers()
    {
        Assert.DoesNotContain(NumberingPlans.Regions, x => CountryCode.Parse(x) is null && x is not ("AC" or "TA"));
    }
}

using Tideline.Leads.Imports;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class TypedValueTests
{
    [Theory]
    [InlineData("€1.234,50", 123450, "EUR")]
    [InlineData("1,234.50 USD", 123450, "USD")]
    [InlineData("USD 1,234.50", 123450, "USD")]
    [InlineData("1 234,50 kr", 123450, "SEK")]
    [InlineData("1\u00a0234 kr.", 123400, "SEK")]
    [InlineData("1'234.50 CHF", 123450, "CHF")]
    [InlineData("1,234", 123400, "SEK")]
    [InlineData("1.234", 123400, "SEK")]
    [InlineData("1.234.567", 123456700, "SEK")]
    [InlineData("1,234,567.8", 123456780, "SEK")]
    [InlineData("12,34,567 ₹", 123456700, "INR")]
    [InlineData("1.5", 150, "SEK")]
    [InlineData("0,5", 50, "SEK")]
    [InlineData("5", 500, "SEK")]
    [InlineData("-5", -500, "SEK")]
    [InlineData("\u22125", -500, "SEK")]
    [InlineData("(250)", -25000, "SEK")]
    [InlineData("€-5", -500, "EUR")]
    [InlineData("100,-", 10000, "SEK")]
    [InlineData("¥1,234", 1234, "JPY")]
    [InlineData("1,234.00 JPY", 1234, "JPY")]
    [InlineData("1.234 KWD", 1234, "KWD")]
    [InlineData("R$ 10", 1000, "BRL")]
    [InlineData("10 zł", 1000, "PLN")]
    public void Money_is_read_as_it_is_written(string text, long amount, string currency) =>
        Assert.Equal(new TypedMoney(amount, currency, null), TypedMoney.Parse(text, null, "SEK"));

    [Theory]
    [InlineData("lots")]
    [InlineData("1e5")]
    [InlineData("1,23,4567")]
    [InlineData("1 2345")]
    [InlineData("1.2.3")]
    [InlineData("12,34.5")]
    [InlineData("12.3456")]
    [InlineData("0,234")]
    [InlineData("1.5 JPY")]
    [InlineData("5k")]
    [InlineData("5 apples")]
    [InlineData("99999999999999999999")]
    [InlineData("9999999999999999999999999999999999999999999")]
    public void Money_that_could_mean_two_things_is_refused(string text) => Assert.NotNull(TypedMoney.Parse(text, null, "SEK").Reason);

    [Fact]
    public void Signs_that_countries_share_follow_the_tenant()
    {
        Assert.Equal("CAD", TypedMoney.Parse("$5", null, "CAD").Currency);
        Assert.Equal("USD", TypedMoney.Parse("$5", null, "EUR").Currency);
        Assert.Equal("NOK", TypedMoney.Parse("5 kr", null, "NOK").Currency);
        Assert.NotNull(TypedMoney.Parse("5 kr", null, "EUR").Reason);
        Assert.Equal("DKK", TypedMoney.Parse("5 kr", "DKK", "EUR").Currency);
        Assert.NotNull(TypedMoney.Parse("5", null, null).Reason);
    }

    [Theory]
    [InlineData("2024-01-31", "2024-01-31T00:00:00Z")]
    [InlineData("2024-01-31T14:30:05Z", "2024-01-31T14:30:05Z")]
    [InlineData("2024-01-31 14:30:05.250", "2024-01-31T14:30:05.25Z")]
    [InlineData("2024-01-31T14:30:05+02:00", "2024-01-31T12:30:05Z")]
    [InlineData("2024-01-31 14:30:05 UTC", "2024-01-31T14:30:05Z")]
    [InlineData("2024/1/31", "2024-01-31T00:00:00Z")]
    [InlineData("20240131", "2024-01-31T00:00:00Z")]
    [InlineData("31.01.2024", "2024-01-31T00:00:00Z")]
    [InlineData("31.1.24 9:05", "2024-01-31T09:05:00Z")]
    [InlineData("3/4/2024", "2024-04-03T00:00:00Z")]
    [InlineData("1/31/2024 2:30 PM", "2024-01-31T14:30:00Z")]
    [InlineData("12:00 31/01/2024", null)]
    [InlineData("31 Jan 2024", "2024-01-31T00:00:00Z")]
    [InlineData("Jan 31, 2024", "2024-01-31T00:00:00Z")]
    [InlineData("January 31st, 2024 at 2:30 pm", "2024-01-31T14:30:00Z")]
    [InlineData("Wed, 31 Jan 2024 14:30:00 +0000", "2024-01-31T14:30:00Z")]
    [InlineData("31. März 2024", "2024-03-31T00:00:00Z")]
    [InlineData("31 de enero de 2024", "2024-01-31T00:00:00Z")]
    [InlineData("31-Jan-2024", "2024-01-31T00:00:00Z")]
    [InlineData("1706711405", "2024-01-31T14:30:05Z")]
    [InlineData("1706711405000", "2024-01-31T14:30:05Z")]
    [InlineData("2024-02-30", null)]
    [InlineData("31/31/2024", null)]
    [InlineData("1850-01-01", null)]
    [InlineData("2024-01-31 25:00", null)]
    [InlineData("yesterday", null)]
    [InlineData("2024", null)]
    public void Dates_are_read_as_they_are_written(string text, string? moment) =>
        Assert.Equal(moment is null ? null : DateTimeOffset.Parse(moment), TypedDate.Parse(text, DateOrder.DayFirst));

    [Fact]
    public void The_order_of_day_and_month_comes_from_the_column_and_then_from_the_country()
    {
        Assert.Equal(DateOrder.DayFirst, TypedDate.OrderOf(["3/4/2024", "13/4/2024"], "US"));
        Assert.Equal(DateOrder.MonthFirst, TypedDate.OrderOf(["3/4/2024", "4/13/2024"], "SE"));
        Assert.Equal(DateOrder.MonthFirst, TypedDate.OrderOf(["3/4/2024"], "US"));
        Assert.Equal(DateOrder.DayFirst, TypedDate.OrderOf(["2024-04-13", "3/4/2024"], null));
        Assert.Equal(new DateTimeOffset(2024, 3, 4, 0, 0, 0, TimeSpan.Zero), TypedDate.Parse("3/4/2024", DateOrder.MonthFirst));
        Assert.Equal(new DateTimeOffset(2024, 4, 3, 0, 0, 0, TimeSpan.Zero), TypedDate.Parse("3.4.2024", DateOrder.MonthFirst));
    }

    [Theory]
    [InlineData("https://black.com/", "https://black.com/")]
    [InlineData("HTTP://Black.COM/Path?q=A", "http://black.com/Path?q=A")]
    [InlineData("www.lee.se", "https://www.lee.se")]
    [InlineData("müller.de/x", "https://müller.de/x")]
    [InlineData("ann@lee.se", null)]
    [InlineData("lee", null)]
    [InlineData("lee.se is ours", null)]
    [InlineData("ftp://lee.se", null)]
    [InlineData("http://10.0.0.1/", null)]
    [InlineData("https://a..se", null)]
    public void Websites_have_a_scheme_and_a_host(string text, string? address) => Assert.Equal(address, WebAddress.Normalize(text));
}

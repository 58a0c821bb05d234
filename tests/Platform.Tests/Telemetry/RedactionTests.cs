using System.Diagnostics;
using Tideline.Platform.Telemetry;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("password=canary", "password=***")]
    [InlineData("Password = 'can ary'; Host=db", "Password = ***; Host=db")]
    [InlineData("""{"apiKey":"can\"ary","n":1}""", """{"apiKey":***,"n":1}""")]
    [InlineData("GET /x?access_token=canary&page=2", "GET /x?access_token=***&page=2")]
    [InlineData("Authorization: Bearer canary.canary.canary", "Authorization: ***")]
    [InlineData("Cookie: a=canary; b=canary", "Cookie: ***")]
    [InlineData("sent bearer canary-1 on", "sent bearer *** on")]
    [InlineData("jwt eyJhbGciOi.canary.canary end", "jwt *** end")]
    [InlineData("key tl_live_canary-canary_canary gone", "key *** gone")]
    [InlineData("https://x.example/reset-password?t=tlo_canary0canary", "https://x.example/reset-password?t=***")]
    [InlineData("to anna.svensson@example.com, bo@example.org", "to a***@example.com, b***@example.org")]
    [InlineData("åsa@räksmörgås.se", "å***@räksmörgås.se")]
    [InlineData("call +46 70-123 45 67 now", "call +46 **-*** ** 67 now")]
    [InlineData("LoginRequest { Email = a@b.se, ClientSecret = canary }", "LoginRequest { Email = a***@b.se, ClientSecret = *** }")]
    public void Free_text_is_cleaned(string text, string expected) => Assert.Equal(expected, Redaction.Text(text));

    [Theory]
    [InlineData("12 + 13 is 25")]
    [InlineData("2026-11-21T07:40:00+01:00")]
    [InlineData("ratio @ 5")]
    [InlineData("The token has run out")]
    public void Harmless_text_stays_the_same_instance(string text) => Assert.Same(text, Redaction.Text(text));

    [Theory]
    [InlineData("Password", "x", "***")]
    [InlineData("refresh_token", "x", "***")]
    [InlineData("SetCookie", "x", "***")]
    [InlineData("PhoneNumber", "0701234567", "07******67")]
    [InlineData("Email", "anna@example.com", "a***@example.com")]
    [InlineData("InputTokens", 300, 300)]
    [InlineData("Name", "Anna", "Anna")]
    public void Fields_are_cleaned_by_name_and_by_value(string name, object value, object expected) => Assert.Equal(expected, Redaction.Field(name, value));

    [Theory]
    [InlineData('a')]
    [InlineData('@')]
    [InlineData('+')]
    [InlineData('1')]
    [InlineData('"')]
    public void Long_text_takes_no_quadratic_time(char letter)
    {
        // Compared with itself, so that a busy machine does not matter: eight times the text takes eight times as long, or else sixty-four.
        var (shorter, longer) = (Best(25_000), Best(200_000));
        Assert.True(longer < 30 * Math.Max(shorter, 1), $"{shorter} ms, {longer} ms");

        double Best(int length)
        {
            var text = "password " + new string(letter, length) + "@ token eyJ +" + new string(letter, length);
            return Enumerable.Range(0, 3).Min(run =>
            {
                var watch = Stopwatch.StartNew();
                _ = Redaction.Text(text);
                return watch.Elapsed.TotalMilliseconds;
            });
        }
    }
}

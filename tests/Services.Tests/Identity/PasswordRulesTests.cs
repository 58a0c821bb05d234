using Tideline.Identity.Accounts;

namespace Tideline.Services.Tests.Identity;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("correct horse battery 0af3")]
    [InlineData("mXq7&vLp2#Rt")]
    [InlineData("8!2#9$1x&4%7")]
    [InlineData("$#%^&*!)(:_@")]
    [InlineData("the quick brown fox jumps")]
    [InlineData("Åsa kör en röd traktor")]
    [InlineData("沙发上的三只懒猫在晒太阳呢吧")]
    [InlineData("tideline is fine inside a long enough sentence")]
    [InlineData("harbour-lantern-2026")]
    public void A_password_that_nobody_tries_first_is_taken(string password) =>
        Assert.Null(PasswordRules.Problem(password, "anna.berg@example.com", "Anna Berg", "Bergs Bageri"));

    [Theory]
    [InlineData("short")]
    [InlineData("elevenchars")]
    [InlineData("🦊🦊🦊🦊🦊🦊")] // twelve UTF-16 units, six characters
    [InlineData("password1234")]
    [InlineData("Password1234!")]
    [InlineData("p@ssw0rd2024")]
    [InlineData("!!!dragon!!!!")]
    [InlineData("passwordpassword")]
    [InlineData("iloveyou-12345")]
    [InlineData("dragonmonkey")]
    [InlineData("qwertyuiop12")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("123456789012")]
    [InlineData("abcdefghijkl")]
    [InlineData("aaaaaaaaaaaa")]
    [InlineData("abcabcabcabc")]
    [InlineData("xk9!xk9!xk9!")]
    [InlineData("000000000000")]
    [InlineData("            ")]
    [InlineData("+46701234567")]
    [InlineData("annaberg2024")]
    [InlineData("Anna.Berg.99!")]
    [InlineData("bageribergs1")]
    [InlineData("tideline1234")]
    public void A_password_that_is_tried_first_is_refused(string password) =>
        Assert.NotNull(PasswordRules.Problem(password, "anna.berg@example.com", "Anna Berg", "Bergs Bageri"));

    [Fact]
    public void More_than_three_thousand_common_passwords_of_the_allowed_length_are_refused()
    {
        // The list itself, and what people make of its entries when twelve characters are asked for.
        using var reader = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!);
        var words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(w => !w.StartsWith("# ", StringComparison.Ordinal)).ToList();
        var made = words.Select(w => w.Length >= PasswordRules.MinLength ? w : w.PadRight(PasswordRules.MinLength, '1')).ToList();
        Assert.True(made.Count > 3_000);
        Assert.All(made, p => Assert.NotNull(PasswordRules.Problem(p)));
    }
}

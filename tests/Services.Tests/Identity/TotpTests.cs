using System.Text;
using Tideline.Identity.SecondFactor;

namespace Tideline.Services.Tests.Identity;

public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    /// <summary>RFC 6238, appendix B: SHA-1, eight digits.</summary>
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void The_codes_are_those_of_the_standard(long seconds, string code)
    {
        var step = Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds));
        Assert.Equal(code, Totp.CodeAt(Secret, step, 8));
        // Six digits are the last six of eight: the number is the same, cut at another length.
        Assert.Equal(code[2..], Totp.CodeAt(Secret, step));
    }

    /// <summary>RFC 4226, appendix D: the counter itself.</summary>
    [Theory]
    [InlineData(0, "755224")]
    [InlineData(1, "287082")]
    [InlineData(9, "520489")]
    public void The_counter_is_that_of_HOTP(long step, string code) => Assert.Equal(code, Totp.CodeAt(Secret, step));

    /// <summary>RFC 4648, section 10, without padding.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void The_secret_is_written_in_base32(string text, string base32) => Assert.Equal(base32, Totp.Base32(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_clock_may_differ_by_one_step(int steps, bool isTaken)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var code = Totp.CodeAt(Secret, Totp.StepAt(now) + steps);
        Assert.Equal(isTaken, Totp.StepOf(code, Secret, now, 0) is not null);
    }

    [Fact]
    public void A_code_of_a_step_that_was_used_is_no_code()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        var step = Totp.StepAt(now);
        Assert.Null(Totp.StepOf(Totp.CodeAt(Secret, step), Secret, now, after: step));
        Assert.Null(Totp.StepOf(Totp.CodeAt(Secret, step - 1), Secret, now, after: step));
        Assert.Equal(step + 1, Totp.StepOf(Totp.CodeAt(Secret, step + 1), Secret, now, after: step));
    }

    [Fact]
    public void The_address_for_apps_has_what_they_need()
    {
        Assert.Equal(
            "otpauth://totp/Tideline:anna%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tideline&algorithm=SHA1&digits=6&period=30",
            Totp.Uri(Secret, "anna+x@example.com"));
    }
}

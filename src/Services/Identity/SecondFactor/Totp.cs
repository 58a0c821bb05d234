using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tideline.Identity.SecondFactor;

/// <summary>Codes of authenticator apps: TOTP (RFC 6238) with the parameters that every app knows, SHA-1, six digits, thirty seconds.</summary>
internal static class Totp
{
    public const int SecretSize = 20;
    public const int Digits = 6;
    private const int StepSeconds = 30;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The step in which a moment lies.</summary>
    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    public static string CodeAt(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[20];
#pragma warning disable CA5350 // HMAC-SHA-1 is what the standard and the apps use; its weakness is collisions, which do not matter in an HMAC.
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        var offset = mac[^1] & 0xf;
        var number = BinaryPrimitives.ReadUInt32BigEndian(mac[offset..]) & 0x7fffffff;
        return (number % (uint)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step whose code it is, when that is the present one or a neighbour: clocks differ, and people type slowly. None is taken twice.</summary>
    public static long? StepOf(string code, ReadOnlySpan<byte> secret, DateTimeOffset now, long after)
    {
        long? found = null;
        for (var step = StepAt(now) - 1; step <= StepAt(now) + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(CodeAt(secret, step)), Encoding.UTF8.GetBytes(code)) && step > after) found = step;
        return found;
    }

    /// <summary>The secret as people type it (RFC 4648 base32).</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length * 8 / 5 + 1);
        int buffer = 0, bits = 0;
        foreach (var b in bytes)
        {
            (buffer, bits) = (buffer << 8 | b, bits + 8);
            for (; bits >= 5; bits -= 5) text.Append(Alphabet[buffer >> (bits - 5) & 31]);
            buffer &= (1 << bits) - 1;
        }
        if (bits > 0) text.Append(Alphabet[buffer << (5 - bits) & 31]);
        return text.ToString();
    }

    /// <summary>What an app reads from a QR code.</summary>
    public static string Uri(ReadOnlySpan<byte> secret, string account) =>
        $"otpauth://totp/Tideline:{System.Uri.EscapeDataString(account)}?secret={Base32(secret)}&issuer=Tideline&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}

using System.Text;
using System.Text.Unicode;

namespace Tideline.Leads.Imports;

/// <summary>Finds out how a file's text is encoded from its first bytes.</summary>
internal static class EncodingDetection
{
    /// <summary>The encoding and the length of the byte order mark.</summary>
    public static (string Name, int Mark) Of(ReadOnlySpan<byte> prefix)
    {
        if (prefix is [0xEF, 0xBB, 0xBF, ..]) return (CsvEncoding.Utf8, 3);
        if (prefix is [0xFF, 0xFE, ..]) return (CsvEncoding.Utf16Le, 2);
        if (prefix is [0xFE, 0xFF, ..]) return (CsvEncoding.Utf16Be, 2);
        if (Utf16(prefix) is { } wide) return (wide, 0);
        return (IsUtf8(prefix) ? CsvEncoding.Utf8 : CsvEncoding.Windows1252, 0);
    }

    // UTF-16 without its mark: western text has a zero in every second byte and nearly none in the others.
    private static string? Utf16(ReadOnlySpan<byte> prefix)
    {
        Span<int> zeros = [0, 0];
        for (var i = 0; i < prefix.Length; i++)
        {
            if (prefix[i] == 0) zeros[i & 1]++;
        }
        var half = prefix.Length / 2;
        if (half < 4) return null;
        if (zeros[1] > half * 0.4 && zeros[0] < half * 0.01) return CsvEncoding.Utf16Le;
        return zeros[0] > half * 0.4 && zeros[1] < half * 0.01 ? CsvEncoding.Utf16Be : null;
    }

    // Not all or nothing: one value pasted in from a Latin-1 file must not turn every "é" of a UTF-8 file into "Ã©".
    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes) || Utf8.IsValid(bytes)) return true;
        int good = 0, bad = 0;
        while (bytes.Length > 0)
        {
            var status = Rune.DecodeFromUtf8(bytes, out _, out var length);
            if (status == System.Buffers.OperationStatus.NeedMoreData) break;     // cut off by the end of the prefix
            if (status != System.Buffers.OperationStatus.Done) bad++;
            else if (length > 1) good++;
            bytes = bytes[length..];
        }
        return good > bad * 2 || bad == 0;
    }
}

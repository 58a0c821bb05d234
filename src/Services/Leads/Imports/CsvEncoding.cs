using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Tideline.Leads.Imports;

/// <summary>
/// Widens a file's bytes to characters one to one, so that separators can be found and offsets counted before anything is
/// decoded, and decodes single values. All supported encodings keep ASCII where it is, or are UTF-16.
/// </summary>
internal sealed class CsvEncoding
{
    public const string Utf8 = "utf-8", Utf16Le = "utf-16le", Utf16Be = "utf-16be", Windows1252 = "windows-1252";

    /// <summary>Names that a user may choose; the first four are the ones that are found by themselves.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        Utf8, Utf16Le, Utf16Be, Windows1252, "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1257",
        "iso-8859-1", "iso-8859-2", "iso-8859-15", "macintosh",
    ];

    private readonly string name;
    private readonly Encoding narrow;

    private CsvEncoding(string name)
    {
        this.name = name;
        narrow = name is Utf8 or Utf16Le or Utf16Be ? CodePage(Windows1252) : CodePage(name);
    }

    /// <summary>Bytes of one character of the window.</summary>
    public int UnitSize => name is Utf16Le or Utf16Be ? 2 : 1;

    public static CsvEncoding Of(string name) =>
        Names.Contains(name) ? new CsvEncoding(name) : throw new ArgumentException($"{name} is not a supported encoding.", nameof(name));

    /// <summary>Fills the characters from the bytes, whose number is a multiple of the unit size.</summary>
    public void Widen(ReadOnlySpan<byte> bytes, Span<char> characters)
    {
        if (UnitSize == 1)
        {
            Encoding.Latin1.GetChars(bytes, characters);
            return;
        }
        var units = MemoryMarshal.Cast<byte, ushort>(bytes);
        var target = MemoryMarshal.Cast<char, ushort>(characters);
        if (name is Utf16Le == BitConverter.IsLittleEndian) units.CopyTo(target);
        else BinaryPrimitives.ReverseEndianness(units, target);
    }

    /// <summary>The text behind widened characters.</summary>
    public string Decode(ReadOnlySpan<char> wide)
    {
        if (wide.Length == 0) return "";
        if (UnitSize == 2 || Ascii.IsValid(wide)) return new string(wide);

        Span<byte> bytes = wide.Length <= 1024 ? stackalloc byte[wide.Length] : new byte[wide.Length];
        Encoding.Latin1.GetBytes(wide, bytes);
        if (name != Utf8) return narrow.GetString(bytes);
        // A value that is no UTF-8 in a file that is: pasted together from two files, or the first bytes were all ASCII.
        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : narrow.GetString(bytes);
    }

    private static Encoding CodePage(string name) =>
        name is "iso-8859-1" ? Encoding.Latin1 : CodePagesEncodingProvider.Instance.GetEncoding(name)!;
}

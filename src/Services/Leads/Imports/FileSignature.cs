namespace Tideline.Leads.Imports;

/// <summary>Recognises files that are not rows of text by their first bytes.</summary>
internal static class FileSignature
{
    private static readonly (byte[] First, string Code, string What)[] Known =
    [
        ([0x50, 0x4B, 0x03, 0x04], "import_is_archive", "an Excel workbook or a zip archive"),
        ([0x50, 0x4B, 0x05, 0x06], "import_is_archive", "an empty zip archive"),
        ([0x1F, 0x8B], "import_is_archive", "a gzip archive"),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "import_is_archive", "a 7z archive"),
        ([0x52, 0x61, 0x72, 0x21, 0x1A, 0x07], "import_is_archive", "a rar archive"),
        ([0x42, 0x5A, 0x68], "import_is_archive", "a bzip2 archive"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "import_is_archive", "an xz archive"),
        ([0x28, 0xB5, 0x2F, 0xFD], "import_is_archive", "a zstd archive"),
        ([0xD0, 0xCF, 0x11, 0xE0], "import_not_text", "an old Excel or Office file"),
        ([0x25, 0x50, 0x44, 0x46, 0x2D], "import_not_text", "a PDF document"),
        ([0x89, 0x50, 0x4E, 0x47], "import_not_text", "a PNG image"),
        ([0xFF, 0xD8, 0xFF], "import_not_text", "a JPEG image"),
        ([0x47, 0x49, 0x46, 0x38], "import_not_text", "a GIF image"),
        ([0x7F, 0x45, 0x4C, 0x46], "import_not_text", "a program"),
        ([0xFF, 0xFE, 0x00, 0x00], "import_not_text", "UTF-32 text"),
        ([0x00, 0x00, 0xFE, 0xFF], "import_not_text", "UTF-32 text"),
        ("{\\rtf"u8.ToArray(), "import_not_text", "a rich text document"),
        ("SQLite format 3\0"u8.ToArray(), "import_not_text", "a database"),
    ];

    private static readonly (string First, string What)[] Markup =
        [("<!doctype", "a web page"), ("<html", "a web page"), ("<?xml", "an XML document"), ("<table", "a web page")];

    /// <summary>Why a file that begins like this cannot be imported, or null when nothing is known against it.</summary>
    public static CsvRefusal? Refuse(ReadOnlySpan<byte> prefix)
    {
        foreach (var (first, code, what) in Known)
        {
            // BZ followed by h and a digit; without the digit it may be a name.
            if (first is [0x42, 0x5A, 0x68] && (prefix.Length < 4 || prefix[3] is < (byte)'1' or > (byte)'9')) continue;
            if (prefix.StartsWith(first)) return new CsvRefusal(code, $"The file is {what}, not CSV. Export it as CSV and upload that.");
        }
        var text = prefix.StartsWith("\uFEFF"u8) ? prefix[3..] : prefix;
        text = text.TrimStart(" \t\r\n"u8);
        foreach (var (first, what) in Markup)
        {
            if (text.Length >= first.Length && System.Text.Ascii.EqualsIgnoreCase(text[..first.Length], first))
            {
                return new CsvRefusal("import_not_text", $"The file is {what}, not CSV. Was the download page saved in place of the file?");
            }
        }
        return null;
    }
}

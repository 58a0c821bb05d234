using System.Text;
using Tideline.Leads.Imports;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Reads files that tests make up.</summary>
internal static class CsvFiles
{
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    public static CsvDetection Detect(byte[] file, CsvChoice? choice = null)
    {
        var prefix = file.AsSpan(0, Math.Min(file.Length, CsvDetection.PrefixLength));
        return CsvDetection.Of(prefix, isWhole: file.Length < CsvDetection.PrefixLength, choice);
    }

    public static CsvDetection Detect(string text) => Detect(Utf8(text));

    public static CsvDialect Comma(bool hasHeader = false, string encoding = CsvEncoding.Utf8, char delimiter = ',') =>
        new(encoding, delimiter, '"', hasHeader, "\n", 0);

    public static async Task<List<CsvRow>> Rows(byte[] file, CsvDialect? dialect = null, CsvPosition? from = null, bool seekable = true)
    {
        using var memory = new MemoryStream(file);
        var rows = new List<CsvRow>();
        await foreach (var row in new CsvRows(seekable ? memory : new OneWayStream(memory), dialect ?? Comma()).ReadAsync(from, TestContext.Current.CancellationToken))
        {
            rows.Add(row);
        }
        return rows;
    }

    public static Task<List<CsvRow>> Rows(string text) => Rows(Utf8(text));

    /// <summary>The values of the rows, as one line each, for comparing.</summary>
    public static string Shown(IEnumerable<CsvRow> rows) =>
        string.Join('\n', rows.Select(x => x.Error is null ? string.Join('¦', x.Fields) : "!" + x.Error.Code));

    /// <summary>The public sample file, or null where it is not there.</summary>
    public static string? SampleFile()
    {
        if (Environment.GetEnvironmentVariable("TIDELINE_SHARED") is { Length: > 0 } shared)
        {
            return Existing(Path.Combine(shared, "data"));
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "shared", "data")) is { } found) return found;
        }
        return null;
    }

    private static string? Existing(string folder) => Path.Combine(folder, "leads-10000.csv") is var path && File.Exists(path) ? path : null;
}

/// <summary>A stream that can only be read forward and gives little at a time, as uploads do.</summary>
internal sealed class OneWayStream(Stream inner) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(count, 7));
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(buffer[..Math.Min(buffer.Length, 7)], cancellationToken);
    public override void Flush() => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

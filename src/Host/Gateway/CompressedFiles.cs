using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.FileProviders;

namespace Tideline.Host.Gateway;

/// <summary>The console's files as they go over the wire: compressed once, as well as it can be done, and kept.</summary>
internal sealed class CompressedFiles
{
    private const int SmallestWorthIt = 512;
    private static readonly HashSet<string> Texts = new(StringComparer.OrdinalIgnoreCase) { ".html", ".js", ".mjs", ".css", ".svg", ".json", ".map", ".txt", ".webmanifest", ".ttf" };

    // Bounded by the files there are, twice.
    private readonly ConcurrentDictionary<(string Path, DateTimeOffset Changed, string? Encoding), Lazy<WireFile>> _files = new();

    /// <summary>The file in the best form that the client understands.</summary>
    public WireFile Get(IFileInfo file, string path, string acceptEncoding)
    {
        var encoding = !Texts.Contains(Path.GetExtension(file.Name)) || file.Length < SmallestWorthIt ? null
            : acceptEncoding.Contains("br", StringComparison.OrdinalIgnoreCase) ? "br"
            : acceptEncoding.Contains("gzip", StringComparison.OrdinalIgnoreCase) ? "gzip"
            : null;
        return _files.GetOrAdd((path, file.LastModified, encoding), _ => new Lazy<WireFile>(() => Read(file, encoding))).Value;
    }

    private static WireFile Read(IFileInfo file, string? encoding)
    {
        using var source = file.CreateReadStream();
        using var bytes = new MemoryStream();
        using (Stream? compressing = encoding switch
        {
            "br" => new BrotliStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true),
            "gzip" => new GZipStream(bytes, CompressionLevel.SmallestSize, leaveOpen: true),
            _ => null,
        })
            source.CopyTo(compressing ?? bytes);
        var content = bytes.ToArray();
        return new WireFile(content, encoding, $"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..12])}\"");
    }
}

/// <summary>A file as it is sent.</summary>
internal sealed record WireFile(byte[] Content, string? Encoding, string ETag);

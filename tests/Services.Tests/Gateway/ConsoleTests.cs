using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;

namespace Tideline.Services.Tests.Gateway;

/// <summary>The console's files on the wire.</summary>
public sealed partial class ConsoleTests(PlatformFixture fixture)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_come_compressed_and_those_with_a_hash_in_their_name_stay_with_the_browser()
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None }) { BaseAddress = fixture.Platform.Address };
        using var page = await browser.GetAsync("/leads/anything", Ct);
        Assert.SkipWhen(page.StatusCode == HttpStatusCode.NotFound, "The console is not built (npm run build in console).");
        Assert.Contains("script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(("no-cache", "nosniff"), (page.Headers.CacheControl?.ToString(), page.Headers.GetValues("X-Content-Type-Options").Single()));
        var script = Script().Match(await page.Content.ReadAsStringAsync(Ct)).Groups["path"].Value;

        var plain = await browser.GetByteArrayAsync(script, Ct);
        foreach (var encoding in (string[])["br", "gzip"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, script);
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
            using var file = await browser.SendAsync(request, Ct);
            Assert.Equal(encoding, Assert.Single(file.Content.Headers.ContentEncoding));
            Assert.Equal("public, max-age=31536000, immutable", file.Headers.CacheControl?.ToString());
            var wire = await file.Content.ReadAsByteArrayAsync(Ct);
            Assert.True(wire.Length < plain.Length / 2, $"{wire.Length} of {plain.Length}");
            using Stream unpacked = encoding == "br" ? new BrotliStream(new MemoryStream(wire), CompressionMode.Decompress) : new GZipStream(new MemoryStream(wire), CompressionMode.Decompress);
            using var again = new MemoryStream();
            await unpacked.CopyToAsync(again, Ct);
            Assert.Equal(plain, again.ToArray());
        }
        using var known = new HttpRequestMessage(HttpMethod.Get, "/");
        known.Headers.TryAddWithoutValidation("If-None-Match", page.Headers.ETag!.Tag);
        using var unchanged = await browser.SendAsync(known, Ct);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [GeneratedRegex("<script[^>]+src=\"(?<path>/assets/[^\"]+\\.js)\"")]
    private static partial Regex Script();
}

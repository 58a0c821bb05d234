using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Tideline.Platform.Security;

/// <summary>Identity's public keys (JWKS, RFC 7517), fetched once and again when a token names a key that is not known: at most once in ten seconds.</summary>
public sealed class SigningKeys(IHttpClientFactory clients, TimeProvider clock, ILogger<SigningKeys> log) : IDisposable
{
    internal const string Client = "identity-jwks";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _one = new(1, 1);
    private Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private DateTimeOffset _nextFetch;

    /// <summary>The key with this id, or null when identity does not know it.</summary>
    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken ct)
    {
        if (_keys.TryGetValue(kid, out var key)) return key;
        await _one.WaitAsync(ct);
        try
        {
            if (_keys.TryGetValue(kid, out key)) return key;
            if (clock.GetUtcNow() < _nextFetch) return null;
            await FetchAsync(ct);
            return _keys.GetValueOrDefault(kid);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private async Task FetchAsync(CancellationToken ct)
    {
        try
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
            deadline.CancelAfter(TimeSpan.FromSeconds(5));
            var set = await clients.CreateClient(Client).GetFromJsonAsync<KeySet>("/api/identity/.well-known/jwks.json", deadline.Token);
            _keys = set!.Keys.Where(k => k is { Kty: "EC", Crv: "P-256" }).ToDictionary(k => k.Kid, Import, StringComparer.Ordinal);
            _nextFetch = clock.GetUtcNow() + Pause;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            // Not remembered as a failed fetch: identity may only be starting.
            log.LogWarning("Identity's keys could not be fetched: {Reason}", e.Message);
            throw new HttpRequestException("Identity's keys could not be fetched.", e);
        }
    }

    private static ECDsa Import(Key key) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Base64Url.DecodeFromChars(key.X), Y = Base64Url.DecodeFromChars(key.Y) },
    });

    private sealed record KeySet(List<Key> Keys);

    private sealed record Key(string Kty, string Crv, string Kid, string X, string Y);
}

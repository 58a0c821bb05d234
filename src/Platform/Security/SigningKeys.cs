using System.Buffers.Text;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Tideline.Platform.Security;

/// <summary>Identity's public keys (JWKS, RFC 7517), fetched once and again when a token names a key that is not known.</summary>
/// <remarks>
/// Anybody can make up names of keys. So identity is asked at most once in ten seconds, and less and less often, down to once a minute, while
/// the answers bring nothing new; of identity's silence each asker hears at once instead of waiting in line to find out.
/// </remarks>
public sealed class SigningKeys(IHttpClientFactory clients, TimeProvider clock, ILogger<SigningKeys> log) : IDisposable
{
    internal const string Client = "identity-jwks";
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private const int PauseAfterFailure = 500;
    private readonly SemaphoreSlim _one = new(1, 1);
    private Dictionary<string, ECDsa> _keys = new(StringComparer.Ordinal);
    private TimeSpan _pause = ShortestPause;
    private DateTimeOffset _nextFetch;
    private long _failedUntil;

    /// <summary>The key with this id, or null when identity does not know it.</summary>
    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken ct)
    {
        if (_keys.TryGetValue(kid, out var key)) return key;
        await _one.WaitAsync(ct);
        try
        {
            if (_keys.TryGetValue(kid, out key)) return key;
            if (clock.GetUtcNow() < _nextFetch) return null;
            if (Environment.TickCount64 < _failedUntil) throw new HttpRequestException("Identity's keys could not be fetched a moment ago.");
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
            var fetched = set!.Keys.Where(k => k is { Kty: "EC", Crv: "P-256" }).ToList();
            var isNew = fetched.Any(k => !_keys.ContainsKey(k.Kid));
            _keys = fetched.ToDictionary(k => k.Kid, Import, StringComparer.Ordinal);
            _pause = isNew ? ShortestPause : TimeSpan.FromTicks(Math.Min(2 * _pause.Ticks, LongestPause.Ticks));
            _nextFetch = clock.GetUtcNow() + _pause;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            // Not for long: identity may only be starting.
            _failedUntil = Environment.TickCount64 + PauseAfterFailure;
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

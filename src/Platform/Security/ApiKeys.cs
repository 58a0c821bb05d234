using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Tideline.Contracts;

namespace Tideline.Platform.Security;

/// <summary>Whose an API key is, where it works and what it may do.</summary>
public sealed record ApiKeyHolder(Guid KeyId, Guid UserId, Guid TenantId, string Role, IReadOnlyList<string> Permissions, DateTimeOffset ExpiresAt);

/// <summary>
/// What identity says of API keys, remembered for a moment. Only a key's hash is kept and sent. A key that is taken back is refused as soon as
/// the bus has told of it, and at the latest when it is asked for again.
/// </summary>
public sealed class ApiKeys(IHttpClientFactory clients, RevokedSessions revoked, TimeProvider clock)
{
    /// <summary>How every key begins: people, and scanners of source code, know it by this.</summary>
    public const string Prefix = "tl_live_";
    /// <summary>For so long an answer is believed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    internal const string Client = "identity-api-keys";
    private const int Length = 51;
    private const int CacheSize = 10_000;

    private readonly ConcurrentDictionary<string, Lazy<Task<Answer>>> _known = new(StringComparer.Ordinal);

    /// <summary>Whether this is meant to be a key, and not an access token.</summary>
    public static bool IsKey(string token) => token.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether there is a fresh answer for the key, so that looking it up costs no question.</summary>
    public bool Remembers(string key) =>
        key.Length == Length && _known.TryGetValue(HashOf(key), out var asked) && asked is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: var answer } }
        && answer.Until > clock.GetUtcNow();

    /// <summary>The key's holder, or null when it is not to be trusted.</summary>
    public async ValueTask<ApiKeyHolder?> FindAsync(string key, CancellationToken ct)
    {
        if (key.Length != Length) return null;
        var hash = HashOf(key);
        while (true)
        {
            // Whoever else asks for the same key meanwhile waits for the same answer.
            var asked = _known.GetOrAdd(hash, static (h, self) => new Lazy<Task<Answer>>(() => self.AskAsync(h)), this);
            Answer answer;
            try
            {
                answer = await asked.Value.WaitAsync(ct);
            }
            catch
            {
                _known.TryRemove(new(hash, asked));
                throw;
            }
            if (answer.Until <= clock.GetUtcNow())
            {
                _known.TryRemove(new(hash, asked));
                continue;
            }
            if (_known.Count > CacheSize) _known.Clear();
            return answer.Holder is { } holder && holder.ExpiresAt > clock.GetUtcNow() && !revoked.Contains(holder.KeyId) ? holder : null;
        }
    }

    private static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private async Task<Answer> AskAsync(string hash)
    {
        // Counted from before the question: what identity says is never older than this.
        var until = clock.GetUtcNow() + Fresh;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            using var response = await clients.CreateClient(Client).PostAsJsonAsync("/internal/identity/api-keys/check", new { hash }, ContractsJson.Options, deadline.Token);
            if (response.StatusCode == HttpStatusCode.NotFound) return new Answer(null, until);
            response.EnsureSuccessStatusCode();
            return new Answer(await response.Content.ReadFromJsonAsync<ApiKeyHolder>(ContractsJson.Options, deadline.Token), until);
        }
        catch (OperationCanceledException e)
        {
            throw new HttpRequestException("Identity did not say in time what an API key may do.", e);
        }
    }

    private sealed record Answer(ApiKeyHolder? Holder, DateTimeOffset Until);
}

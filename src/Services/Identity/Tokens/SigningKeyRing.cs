using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Tideline.Platform.Data;

namespace Tideline.Identity.Tokens;

/// <summary>
/// The keys that sign access tokens, shared by all copies of the service through the database. A new key is published two minutes before
/// it signs, and an old one until nothing signed by it is alive: nobody ever meets a token whose key they cannot find.
/// </summary>
internal sealed class SigningKeyRing(
    ServiceDatabase<IdentityDb> database, KeyEncryption encryption, IOptions<IdentityOptions> options, TimeProvider clock, ILogger<SigningKeyRing> log)
    : IDisposable
{
    private const long LockKey = 0x6964_6b65_7973; // "idkeys"
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PublishedBefore = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PublishedAfter = TokenIssuer.Life + TimeSpan.FromMinutes(45);

    private readonly SemaphoreSlim _one = new(1, 1);
    private Ring _ring = new([], DateTimeOffset.MinValue);

    /// <summary>Signs with the key of the moment; makes the first one when there is none.</summary>
    public async ValueTask<SigningPair> CurrentAsync(CancellationToken ct)
    {
        var ring = await RingAsync(ct);
        if (Choose(ring) is { } key) return key;
        await RotateAsync(ct);
        return Choose(await RingAsync(ct, reload: true))
            ?? throw new InvalidOperationException("There is no signing key that Services:identity:KeyEncryptionSecret opens.");
    }

    /// <summary>Public halves of every key that a living token may be signed with.</summary>
    public async ValueTask<IReadOnlyList<PublishedKey>> PublishedAsync(CancellationToken ct)
    {
        await CurrentAsync(ct);
        var now = clock.GetUtcNow();
        return [.. (await RingAsync(ct)).Keys.Where(k => k.EndsAt is null || k.EndsAt > now).Select(k => new PublishedKey(k.Kid, k.X, k.Y))];
    }

    /// <summary>Makes the next key when the present one is due, or when none can be used; removes keys that are long gone.</summary>
    public async Task RotateAsync(CancellationToken ct)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Copies of the service may come here at the same moment; the second one finds the first one's key.
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey})", ct);
        var now = clock.GetUtcNow();
        var usable = (await ReadAsync(connection, ct)).Where(k => k.Private is not null && (k.EndsAt is null || k.EndsAt > now)).ToList();
        var newest = usable.MaxBy(k => k.SignsFrom);
        if (newest is null || newest.SignsFrom + TimeSpan.FromDays(options.Value.SigningKeyDays) <= now)
        {
            var signsFrom = newest is null ? now : now + PublishedBefore;
            await ExecuteAsync(connection, "update signing_key set ends_at = $1 where ends_at is null", ct, signsFrom + PublishedAfter);
            await InsertAsync(connection, now, signsFrom, ct);
        }
        await ExecuteAsync(connection, "delete from signing_key where ends_at < $1", ct, now - TimeSpan.FromDays(1));
        await transaction.CommitAsync(ct);
        await RingAsync(ct, reload: true);
    }

    public void Dispose() => _one.Dispose();

    private SigningPair? Choose(Ring ring)
    {
        var now = clock.GetUtcNow();
        var key = ring.Keys.Where(k => k.Private is not null && k.SignsFrom <= now && (k.EndsAt is null || k.EndsAt > now + TokenIssuer.Life)).MaxBy(k => k.SignsFrom);
        return key is null ? null : new SigningPair(key.Kid, key.Private!);
    }

    private async ValueTask<Ring> RingAsync(CancellationToken ct, bool reload = false)
    {
        var ring = _ring;
        if (!reload && IsFresh(ring)) return ring;
        await _one.WaitAsync(ct);
        try
        {
            if (!reload && IsFresh(_ring)) return _ring;
            await using var connection = await database.DataSource.OpenConnectionAsync(ct);
            var keys = await ReadAsync(connection, ct);
            foreach (var unreadable in keys.Where(k => k.Private is null))
                log.LogWarning("The signing key {Kid} was stored under another KeyEncryptionSecret; it checks tokens but signs none.", unreadable.Kid);
            return _ring = new Ring(keys, clock.GetUtcNow());
        }
        finally
        {
            _one.Release();
        }
    }

    private bool IsFresh(Ring ring) => ring.LoadedAt + Fresh > clock.GetUtcNow();

    private async Task<List<Key>> ReadAsync(NpgsqlConnection connection, CancellationToken ct)
    {
        var keys = new List<Key>();
        await using var command = new NpgsqlCommand("select kid, x, y, private_key, signs_from, ends_at from signing_key order by signs_from", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var kid = reader.GetString(0);
            ECDsa? pair = null;
            if (encryption.Unwrap(reader.GetFieldValue<byte[]>(3), kid) is { } pkcs8)
            {
                pair = ECDsa.Create();
                pair.ImportPkcs8PrivateKey(pkcs8, out _);
            }
            keys.Add(new Key(kid, reader.GetString(1), reader.GetString(2), pair,
                reader.GetFieldValue<DateTimeOffset>(4), await reader.IsDBNullAsync(5, ct) ? null : reader.GetFieldValue<DateTimeOffset>(5)));
        }
        return keys;
    }

    private async Task InsertAsync(NpgsqlConnection connection, DateTimeOffset now, DateTimeOffset signsFrom, CancellationToken ct)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = pair.ExportParameters(includePrivateParameters: false).Q;
        string x = Base64Url.EncodeToString(point.X), y = Base64Url.EncodeToString(point.Y);
        // The id is the key's own thumbprint (RFC 7638), so that no two keys can share one.
        var kid = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""")));
        await ExecuteAsync(connection, "insert into signing_key (kid, x, y, private_key, created_at, signs_from) values ($1, $2, $3, $4, $5, $6)",
            ct, kid, x, y, encryption.Wrap(pair.ExportPkcs8PrivateKey(), kid), now, signsFrom);
        log.LogInformation("Made the signing key {Kid}; it signs from {From:u}", kid, signsFrom);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken ct, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed record Ring(IReadOnlyList<Key> Keys, DateTimeOffset LoadedAt);

    private sealed record Key(string Kid, string X, string Y, ECDsa? Private, DateTimeOffset SignsFrom, DateTimeOffset? EndsAt);
}

/// <summary>The key that signs now.</summary>
internal sealed record SigningPair(string Kid, ECDsa Private);

/// <summary>The public half of a key.</summary>
internal sealed record PublishedKey(string Kid, string X, string Y);

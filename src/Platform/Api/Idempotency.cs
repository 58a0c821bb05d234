using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.Platform.Api;

/// <summary>Makes an endpoint honour <c>Idempotency-Key</c> (IETF draft-ietf-httpapi-idempotency-key-header-07).</summary>
public static class IdempotencyExtensions
{
    /// <summary>
    /// The same key and the same request get the same answer, and the effect happens once: key, answer and effect are one transaction on the
    /// service's database. Same key, other request: 422. Still running: 409.
    /// </summary>
    /// <typeparam name="TDb">The service's context; the endpoint must write through it.</typeparam>
    /// <param name="builder">The endpoint.</param>
    /// <param name="required">Refuse requests without a key (endpoints that move money or send).</param>
    public static RouteHandlerBuilder Idempotent<TDb>(this RouteHandlerBuilder builder, bool required = false) where TDb : ServiceDb =>
        builder.AddEndpointFilter(new IdempotencyFilter<TDb>(required)).WithMetadata(new IdempotentMetadata(required));
}

/// <summary>Metadata: the endpoint honours <c>Idempotency-Key</c>.</summary>
public sealed record IdempotentMetadata(bool Required);

internal sealed class IdempotencyFilter<TDb>(bool required) : IEndpointFilter where TDb : ServiceDb
{
    private const string Header = "Idempotency-Key";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        var sent = context.Request.Headers[Header];
        if (sent.Count == 0 && !required) return await next(invocation);
        if (sent.Count != 1 || sent[0] is not { Length: > 0 and <= 255 } key || key.Any(c => c is < ' ' or > '~'))
            throw Problem.Invalid(Header, "Exactly one key of 1 to 255 visible ASCII characters is needed.");

        var caller = context.RequestServices.GetRequiredService<Caller>();
        var db = context.RequestServices.GetRequiredService<TDb>();
        var ct = context.RequestAborted;
        var principal = (caller.UserId?.ToString() ?? caller.Service) + " " + context.Request.Method + " " + context.Request.Path;
        var fingerprint = await FingerprintAsync(context, ct);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var raw = (NpgsqlTransaction)transaction.GetDbTransaction();
        // Held until the end of the transaction: the twin of a request in flight does not wait for it, it is told so.
        if (!await TryLockAsync(connection, raw, $"{caller.TenantId} {principal} {key}", ct))
        {
            throw new Problem(StatusCodes.Status409Conflict, "request_in_flight", "A request with this key is still running.", "Ask again with the same key.")
            {
                Extensions = new Dictionary<string, object?> { ["retryAfter"] = 1 },
            };
        }
        if (await FindAsync(connection, raw, caller.TenantId, principal, key, ct) is { } stored)
        {
            if (!stored.Fingerprint.AsSpan().SequenceEqual(fingerprint))
                throw new Problem(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another request.");
            return stored;
        }
        var answer = await RunAsync(context, invocation, next, fingerprint);
        if (answer.Status < 500)
        {
            await StoreAsync(connection, raw, caller.TenantId, principal, key, answer, ct);
            await transaction.CommitAsync(ct);
            db.RaiseOutboxSignal();
        }
        return answer with { Replayed = false };
    }

    private static async Task<byte[]> FingerprintAsync(HttpContext context, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(context.Request.QueryString.Value ?? ""));
        // The body has been read by the binding of the endpoint's parameters; buffering (see UsePlatform) lets it be read again.
        context.Request.Body.Position = 0;
        hash.AppendData(await SHA256.HashDataAsync(context.Request.Body, ct));
        return hash.GetHashAndReset();
    }

    private static async Task<Answer> RunAsync(
        HttpContext context, EndpointFilterInvocationContext invocation, EndpointFilterDelegate next, byte[] fingerprint)
    {
        var result = await next(invocation);
        while (result is INestedHttpResult nested) result = nested.Result;
        var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        var value = result is IValueHttpResult withValue ? withValue.Value : result is IResult ? null : result;
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = value is null ? [] : JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), json);
        var headers = new Dictionary<string, string>();
        if (result?.GetType().GetProperty("Location")?.GetValue(result) is string location) headers["Location"] = location;
        foreach (var name in (string[])["ETag", "Tideline-Duplicate"])
            if (context.Response.Headers.TryGetValue(name, out var set)) headers[name] = set.ToString();
        return new Answer(status, headers, body, fingerprint, true);
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string what, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", connection, transaction)
        {
            Parameters = { new() { Value = what } },
        };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task<Answer?> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenant, string principal, string key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select status, headers, body, fingerprint from idempotency_keys where tenant_id = $1 and principal = $2 and key = $3 and created_at > now() - interval '24 hours'",
            connection, transaction)
        {
            Parameters = { new() { Value = tenant }, new() { Value = principal }, new() { Value = key } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        return new Answer(reader.GetInt32(0), JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(1))!,
            reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<byte[]>(3), true);
    }

    private static async Task StoreAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid tenant, string principal, string key, Answer answer, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            insert into idempotency_keys (tenant_id, principal, key, fingerprint, status, headers, body) values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant_id, principal, key) do update
            set fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenant }, new() { Value = principal }, new() { Value = key }, new() { Value = answer.Fingerprint },
                new() { Value = answer.Status }, new() { Value = JsonSerializer.Serialize(answer.Headers) }, new() { Value = answer.Body },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed record Answer(int Status, Dictionary<string, string> Headers, byte[] Body, byte[] Fingerprint, bool Replayed) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = Status;
            foreach (var (name, value) in Headers) httpContext.Response.Headers[name] = value;
            if (Replayed) httpContext.Response.Headers["Idempotent-Replayed"] = "true";
            if (Body.Length == 0) return;
            httpContext.Response.ContentType = "application/json; charset=utf-8";
            httpContext.Response.ContentLength = Body.Length;
            await httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

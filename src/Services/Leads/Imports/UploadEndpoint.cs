using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Npgsql;
using Tideline.Platform.Api;
using Tideline.Platform.Data;
using Tideline.Platform.Realtime;

namespace Tideline.Leads.Imports;

/// <summary>Takes a file in. It goes to the database piece by piece as it comes, so that no upload, however slow or large, holds memory or a transaction.</summary>
internal static class UploadEndpoint
{
    /// <summary>The largest file.</summary>
    public const long MaxSize = 200_000_000;

    // Of the multipart form around the file.
    private const long Envelope = 1024 * 1024;
    private const int MaxParts = 10;
    private const int MaxKey = 255;
    private const int MaxFileName = 255;

    /// <summary>
    /// Upload a file of leads as the <c>file</c> of a multipart form, at most 200 MB. The answer has what was detected and what its columns
    /// probably are. With an <c>Idempotency-Key</c> the same file sent twice is one import.
    /// </summary>
    public static async Task<Created<ImportView>> Upload(
        HttpContext http, LeadsDb db, ServiceDatabase<LeadsDb> database, TenantDefaults defaults, TimeProvider clock, ILiveUpdates live, CancellationToken ct)
    {
        var key = KeyOf(http.Request);
        if (http.Request.ContentLength > MaxSize + Envelope) throw TooLarge();
        // The size is counted here. A limit of the server would cut the connection before the client has read why.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = null;
        await ForgetAbandonedAsync(db, clock, ct);
        LeadImport? import = null;
        var isKept = false;
        try
        {
            var (name, content) = await FileOfAsync(http.Request, ct);
            import = new LeadImport
            {
                TenantId = db.Caller.TenantId,
                FileName = name,
                CreatedBy = db.Caller.UserId,
                CreatedAt = clock.GetUtcNow(),
                Status = ImportStatus.Uploading,
            };
            await StoreAsync(import, content, await defaults.CountryAsync(ct), db, database, ct);
            if (key is not null && await TwinAsync(db, key, import, ct) is { } twin) return Answer(http, twin, isReplay: true);
            import.IdempotencyKey = key;
            import.Status = ImportStatus.Uploaded;
            try
            {
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException e) when (key is not null && e.InnerException is PostgresException { ConstraintName: "import_job_key" })
            {
                db.ChangeTracker.Clear();
                if (await TwinAsync(db, key, import, ct) is { } first) return Answer(http, first, isReplay: true);
                throw;
            }
            isKept = true;
            live.Changed(import.TenantId, "imports", import.Id);
            return Answer(http, import, isReplay: false);
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException && !ct.IsCancellationRequested))
        {
            throw new Problem(StatusCodes.Status400BadRequest, "import_upload_broken", "The upload ended before the file did, or is no multipart form.", "Send it again.");
        }
        finally
        {
            // Also when the client went away: its token must not stop the clean-up.
            if (import is not null && !isKept) await db.Imports.Where(i => i.Id == import.Id).ExecuteDeleteAsync(CancellationToken.None);
        }
    }

    private static Created<ImportView> Answer(HttpContext http, LeadImport import, bool isReplay)
    {
        if (isReplay) http.Response.Headers["Idempotent-Replayed"] = "true";
        return TypedResults.Created($"/api/leads/imports/{import.Id}", ImportView.Of(import));
    }

    private static async Task<(string Name, Stream Content)> FileOfAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw new Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "Send the file as the field \"file\" of a multipart form.");
        if (HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary) throw Problem.Invalid("file", "The multipart form has no boundary.");
        var form = new MultipartReader(boundary, request.Body) { BodyLengthLimit = MaxSize + Envelope };
        for (var number = 0; number < MaxParts && await form.ReadNextSectionAsync(ct) is { } section; number++)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) continue;
            if (HeaderUtilities.RemoveQuotes(disposition.Name) != "file") continue;
            var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName).Value;
            return (NameOf(name), section.Body);
        }
        throw Problem.Invalid("file", "The form has no field \"file\".");
    }

    // Some clients send a path; control characters would break the header of a download.
    private static string NameOf(string? sent)
    {
        var name = new string([.. (sent ?? "")[((sent ?? "").LastIndexOfAny(['/', '\\']) + 1)..].Where(c => !char.IsControl(c))]).Trim();
        if (name.Length > MaxFileName) name = name[^MaxFileName..];
        return name.Length == 0 ? "leads.csv" : name;
    }

    private static async Task StoreAsync(LeadImport import, Stream content, string country, LeadsDb db, ServiceDatabase<LeadsDb> database, CancellationToken ct)
    {
        var buffer = new byte[ImportFile.ChunkSize];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var number = 0; ; number++)
        {
            var read = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
            if (number == 0)
            {
                // Refused before anything is stored.
                FileReading.Describe(import, FileReading.Detect(buffer, read, isWhole: read < buffer.Length));
                import.Mapping = new ImportMapping { Columns = FileReading.Suggested(import.Columns), DefaultCountry = country };
                db.Add(import);
                await db.SaveChangesAsync(ct);
            }
            if (read == 0) break;
            import.Size += read;
            if (import.Size > MaxSize) throw TooLarge();
            hash.AppendData(buffer, 0, read);
            await using var batch = database.CreateBatch(import.TenantId);
            batch.Add("insert into import_chunk (tenant_id, import_id, number, data) values ($1, $2, $3, $4)",
                new NpgsqlParameter<Guid> { TypedValue = import.TenantId }, new NpgsqlParameter<Guid> { TypedValue = import.Id },
                new NpgsqlParameter<int> { TypedValue = number }, new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = buffer.AsMemory(0, read) });
            await batch.ExecuteAsync(ct);
            if (read < buffer.Length) break;
        }
        import.Sha256 = hash.GetHashAndReset();
    }

    // The import that the same user made with the same key, when it is the same file.
    private static async Task<LeadImport?> TwinAsync(LeadsDb db, string key, LeadImport import, CancellationToken ct)
    {
        var twin = await db.Imports.AsNoTracking().SingleOrDefaultAsync(i => i.CreatedBy == import.CreatedBy && i.IdempotencyKey == key && i.Id != import.Id, ct);
        if (twin is null) return null;
        return twin.Sha256.AsSpan().SequenceEqual(import.Sha256)
            ? twin
            : throw new Problem(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused", "This key was used with another request.");
    }

    private static string? KeyOf(HttpRequest request)
    {
        var sent = request.Headers["Idempotency-Key"];
        if (sent.Count == 0) return null;
        if (sent is [{ Length: > 0 and <= MaxKey } key] && !key.Any(c => c is < ' ' or > '~')) return key;
        throw Problem.Invalid("Idempotency-Key", "Exactly one key of 1 to 255 visible ASCII characters is needed.");
    }

    // A process that died in the middle of an upload could not clean up; and files that nobody imports are not kept for ever.
    private static async Task ForgetAbandonedAsync(LeadsDb db, TimeProvider clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var (lately, longAgo) = (now.AddHours(-24), now.AddDays(-30));
        await db.Imports.Where(i => i.Status == ImportStatus.Uploading && i.CreatedAt < lately).ExecuteDeleteAsync(ct);
        await db.ImportChunks.Where(c => db.Imports.Any(i => i.Id == c.ImportId && i.CreatedAt < longAgo && i.Status != ImportStatus.Running)).ExecuteDeleteAsync(ct);
    }

    private static Problem TooLarge() =>
        new(StatusCodes.Status422UnprocessableEntity, "import_too_large", "The file is larger than 200 MB.", "Split it and import the parts one after the other.");
}

using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Tideline.Platform.Api;

/// <summary>Optimistic concurrency over HTTP: a view's <c>version</c> is its ETag, and an edit may name it in <c>If-Match</c>.</summary>
public static class ETags
{
    /// <summary>Answers with the version as ETag.</summary>
    public static void SetETag(this HttpContext context, uint version) => context.Response.Headers.ETag = $"\"{version}\"";

    /// <summary>Makes the update that follows fail with 412 <c>stale_version</c> when the row is no longer the one that the client has seen.</summary>
    /// <param name="db">The context that tracks the entity.</param>
    /// <param name="entity">An entity with a row version named <c>Version</c>.</param>
    /// <param name="request">The request; without <c>If-Match</c> the last writer wins.</param>
    public static void RequireIfMatch(this DbContext db, object entity, HttpRequest request)
    {
        var header = request.Headers.IfMatch.ToString();
        if (header is "" or "*") return;
        if (!uint.TryParse(header.Trim('"'), out var version))
            throw Problem.Invalid("If-Match", "Must be the ETag of the version that was read.");
        var property = db.Entry(entity).Property("Version");
        if (property.CurrentValue is uint current && current != version)
            throw new Problem(StatusCodes.Status412PreconditionFailed, "stale_version", "Somebody else has changed it meanwhile.", "Read it again and repeat the change.");
        property.OriginalValue = version;
    }
}

using Microsoft.AspNetCore.Http;

namespace Tideline.Platform.Api;

/// <summary>
/// Refuses U+0000 in a query, and names the parameter. PostgreSQL stores no such character; without this it would be the database that
/// refuses, and the log that complains. In JSON the reader of strings does the same.
/// </summary>
internal sealed class QueryText(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var query = context.Request.QueryString.Value;
        // Decoded, the character can only have come from this; a query without it is not read here.
        if (query is { Length: > 0 } && query.Contains("%00", StringComparison.Ordinal)) Refuse(context.Request.Query);
        return next(context);
    }

    private static void Refuse(IQueryCollection query)
    {
        var wrong = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var (name, values) in query)
            if (HasNul(name) || values.Any(HasNul)) wrong[HasNul(name) ? "query" : name] = [NulRefusingStringConverter.Message];
        if (wrong.Count > 0) throw Problem.Invalid(wrong);
    }

    private static bool HasNul(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;
}

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tideline.Platform.Api;

/// <summary>
/// An expected refusal: an entry of a service's catalogue, thrown anywhere below an endpoint, answered as RFC 9457
/// <c>application/problem+json</c> with the stable <see cref="Code"/>.
/// </summary>
/// <example><code>throw LeadProblems.AlreadyWon;</code></example>
public sealed class Problem : Exception
{
    /// <summary>A refusal with an HTTP status, a stable code and a sentence for people.</summary>
    public Problem(int status, string code, string title, string? detail = null) : base(title)
    {
        (Status, Code, Detail) = (status, code, detail);
    }

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>Stable, machine-readable: <c>lead_exists</c>.</summary>
    public string Code { get; }

    /// <summary>What the client can do about it.</summary>
    public string? Detail { get; }

    /// <summary>Messages by the name of the field at fault, as the client wrote it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>Further members of the answer. <c>retryAfter</c> (seconds, int) becomes the header, too.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>One field of the request is wrong: 400 <c>validation_failed</c>.</summary>
    public static Problem Invalid(string field, string message) => Invalid(new Dictionary<string, string[]> { [field] = [message] });

    /// <summary>Fields of the request are wrong: 400 <c>validation_failed</c>.</summary>
    public static Problem Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        new(StatusCodes.Status400BadRequest, "validation_failed", "One or more fields are invalid.") { Errors = errors };

    /// <summary>There is no such thing, or it is another tenant's: both look the same from outside.</summary>
    public static Problem NotFound(string what) => new(StatusCodes.Status404NotFound, "not_found", $"There is no such {what}.");

    /// <summary>The thing is in a state in which this cannot be done: 409.</summary>
    public static Problem Conflict(string code, string title, string? detail = null) => new(StatusCodes.Status409Conflict, code, title, detail);

    /// <summary>The result that writes this problem.</summary>
    public ProblemHttpResult ToResult() => TypedResults.Problem(ProblemWriter.Details(this));
}

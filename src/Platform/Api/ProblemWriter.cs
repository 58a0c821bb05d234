using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Contracts;

namespace Tideline.Platform.Api;

/// <summary>Every refusal and every failure leaves the process in one shape, with a code, a trace id and no inner text.</summary>
internal sealed class ProblemWriter(IProblemDetailsService problems, ILogger<ProblemWriter> log) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken ct)
    {
        if (exception is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = 499; // the client went away; nobody reads this
            return true;
        }
        var problem = Classify(exception);
        if (problem.Status >= 500) log.LogError(exception, "{Method} {Route} failed", context.Request.Method, RouteOf(context));
        context.Response.StatusCode = problem.Status;
        // The framework has cleared the headers that were set before the exception.
        if (problem.Status == StatusCodes.Status401Unauthorized) context.Response.Headers.WWWAuthenticate = "Bearer";
        if (problem.Extensions?.GetValueOrDefault("retryAfter") is int seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        else if (problem.Status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "2";
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = Details(problem), Exception = exception });
    }

    // The template, not the path: a path may carry tokens and addresses.
    private static string RouteOf(HttpContext context) =>
        (context.Features.Get<IExceptionHandlerFeature>()?.Endpoint as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    internal static ProblemDetails Details(Problem problem)
    {
        var details = problem.Errors is { } errors
            ? new HttpValidationProblemDetails(errors.ToDictionary())
            : new ProblemDetails();
        (details.Status, details.Title, details.Detail) = (problem.Status, problem.Message, problem.Detail);
        details.Extensions["code"] = problem.Code;
        foreach (var (name, value) in problem.Extensions ?? new Dictionary<string, object?>()) details.Extensions[name] = value;
        return details;
    }

    /// <summary>Fills in what every problem carries, whoever wrote it: the framework's validation and binding included.</summary>
    internal static void Complete(ProblemDetailsContext context)
    {
        var details = context.ProblemDetails;
        details.Status ??= context.HttpContext.Response.StatusCode;
        if (details is HttpValidationProblemDetails invalid)
        {
            var errors = invalid.Errors.ToDictionary(e => FieldName(e.Key), e => e.Value);
            invalid.Errors.Clear();
            foreach (var (field, messages) in errors) invalid.Errors[field] = messages;
            details.Title = "One or more fields are invalid.";
            details.Extensions.TryAdd("code", "validation_failed");
        }
        details.Extensions.TryAdd("code", DefaultCode(details.Status.Value));
        details.Type = "https://tideline.dev/problems/" + details.Extensions["code"];
        details.Extensions["traceId"] = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;
    }

    private static Problem Classify(Exception exception) => exception switch
    {
        Problem problem => problem,
        BadHttpRequestException bad => Unreadable(bad),
        DbUpdateConcurrencyException => new Problem(
            StatusCodes.Status412PreconditionFailed, "stale_version", "Somebody else has changed it meanwhile.", "Read it again and repeat the change."),
        DbUpdateException { InnerException: PostgresException inner } => Database(inner),
        PostgresException postgres => Database(postgres),
        NpgsqlException or TimeoutException => new Problem(
            StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "The service cannot reach its database.", "Try again in a moment."),
        ServiceCallException call => new Problem(
            StatusCodes.Status502BadGateway, "service_refused", "A service that is needed for this refused the call.", call.Message),
        HttpRequestException or Polly.ExecutionRejectedException => new Problem(
            StatusCodes.Status503ServiceUnavailable, "temporarily_unavailable", "A service that is needed for this does not answer.", "Try again in a moment."),
        _ => new Problem(StatusCodes.Status500InternalServerError, "internal_error", "Something went wrong on our side.", "The trace id helps us to find it."),
    };

    private static Problem Unreadable(BadHttpRequestException bad)
    {
        if (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
            return new Problem(bad.StatusCode, "body_too_large", "The request body is too large.");
        if (bad.InnerException is JsonException json)
        {
            var field = FieldName((json.Path ?? "$").TrimStart('$').TrimStart('.'));
            var message = $"The JSON cannot be read here{(json.LineNumber is { } line ? $" (line {line + 1})" : "")}: {Reason(json)}";
            return Problem.Invalid(field.Length == 0 ? "body" : field, message);
        }
        return new Problem(bad.StatusCode, bad.StatusCode == 415 ? "unsupported_media_type" : "bad_request", "The request cannot be read.", bad.Message);
    }

    // The serialiser's messages name CLR types; the client knows members only.
    private static string Reason(JsonException json) => json.Message switch
    {
        var m when m.Contains("could not be mapped to any .NET member", StringComparison.Ordinal) => "there is no such member.",
        var m when m.Contains("missing required properties", StringComparison.Ordinal) => "required members are missing: " + Quoted(m),
        var m when m.Contains("could not be converted", StringComparison.Ordinal) => "the value has the wrong type.",
        var m when m.Contains("Duplicate", StringComparison.OrdinalIgnoreCase) => "the member is there twice.",
        var m when m.Contains("null", StringComparison.Ordinal) => "null is not allowed.",
        NulRefusingStringConverter.Message => NulRefusingStringConverter.Message,
        _ => "it is not valid JSON.",
    };

    private static string Quoted(string message) => message[(message.LastIndexOf(':') + 1)..].Trim().TrimEnd('.') + ".";

    private static Problem Database(PostgresException e) => e.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => Problem.Conflict("already_exists", "There is such a thing already.", "Constraint: " + e.ConstraintName),
        PostgresErrorCodes.ForeignKeyViolation => Problem.Conflict("reference_missing", "It refers to something that does not exist.", "Constraint: " + e.ConstraintName),
        PostgresErrorCodes.CheckViolation => new Problem(400, "validation_failed", "A value is out of its range.", "Constraint: " + e.ConstraintName),
        PostgresErrorCodes.NumericValueOutOfRange or PostgresErrorCodes.StringDataRightTruncation or PostgresErrorCodes.CharacterNotInRepertoire
            => new Problem(400, "validation_failed", "A value is out of its range."),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.DiskFull or PostgresErrorCodes.QueryCanceled
            => new Problem(503, "temporarily_unavailable", "The service cannot reach its database.", "Try again in a moment."),
        _ => new Problem(500, "internal_error", "Something went wrong on our side.", "The trace id helps us to find it."),
    };

    private static string FieldName(string path) =>
        string.Join('.', path.Split('.').Select(part => part.Length > 0 && char.IsUpper(part[0]) ? char.ToLowerInvariant(part[0]) + part[1..] : part));

    private static string DefaultCode(int status) => status switch
    {
        400 => "bad_request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not_found",
        405 => "method_not_allowed",
        415 => "unsupported_media_type",
        429 => "too_many_requests",
        503 => "temporarily_unavailable",
        _ => status >= 500 ? "internal_error" : "http_" + status,
    };
}

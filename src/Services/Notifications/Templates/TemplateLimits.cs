namespace Tideline.Notifications.Templates;

/// <summary>
/// What a template may cost. Templates are written by tenants and run in a process they share with everybody, and a stack
/// overflow cannot be caught: so depth is bounded while parsing, and work while rendering.
/// </summary>
internal static class TemplateLimits
{
    public const int MaxSource = 512 * 1024;

    /// <summary>Blocks within blocks.</summary>
    public const int MaxDepth = 32;

    /// <summary>Calls within calls, as in (upper (lower (upper name))).</summary>
    public const int MaxCallDepth = 8;

    public const int MaxTags = 20_000;

    public const int MaxTag = 4096;

    public const int MaxOutput = 1024 * 1024;

    /// <summary>A node, a turn of a loop, or 64 characters of a value are a step each.</summary>
    public const int MaxSteps = 200_000;

    /// <summary>A second fence behind the steps, looked at every so many of them; an ordinary message never gets there.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(100);
}

/// <summary>Something an author should know about a template, in words for people.</summary>
internal sealed record TemplateProblem(string Where, string Message);

/// <summary>A template went beyond its limits with this data. The message names the limit.</summary>
internal sealed class TemplateLimitException(string message) : Exception(message);

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tideline.Platform.Security;

/// <summary>Who may call an endpoint. Every endpoint says one of these; one that says nothing fails a test.</summary>
public abstract record AccessRule
{
    /// <summary>A user (or API key) whose permissions include this one.</summary>
    public sealed record Permission(string Name) : AccessRule;

    /// <summary>Any signed-in user: their own things. Programs with an API key only where it says so: a key is for a workspace, not for its owner's account.</summary>
    public sealed record SignedIn(bool AllowsKeys = false) : AccessRule;

    /// <summary>Other services of the platform, and only those named.</summary>
    public sealed record Services(IReadOnlyList<string> Callers) : AccessRule;

    /// <summary>Any service of the platform: what all of them need, such as the job queue.</summary>
    public sealed record AnyService : AccessRule;

    /// <summary>Anybody, for the stated reason.</summary>
    public sealed record Anonymous(string Reason) : AccessRule;
}

/// <summary>The one way to say who may call an endpoint or a group.</summary>
public static class AccessExtensions
{
    /// <summary>Needs a permission such as <c>leads:write</c>.</summary>
    public static T Requires<T>(this T builder, string permission) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Permission(permission));

    /// <summary>Needs a signed-in user, whatever their role; a program with an API key is refused unless it is allowed.</summary>
    public static T RequiresSignIn<T>(this T builder, bool allowsKeys = false) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.SignedIn(allowsKeys));

    /// <summary>Only these services may call it, with a service token.</summary>
    public static T RequiresService<T>(this T builder, params string[] callers) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Services(callers));

    /// <summary>Every service of the platform may call it, with a service token.</summary>
    public static T RequiresAnyService<T>(this T builder) where T : IEndpointConventionBuilder => builder.With(new AccessRule.AnyService());

    /// <summary>Anybody may call it; the reason is shown in the list of public endpoints.</summary>
    public static T AllowsAnyone<T>(this T builder, string reason) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Anonymous(reason));

    private static T With<T>(this T builder, AccessRule rule) where T : IEndpointConventionBuilder
    {
        builder.WithMetadata(rule);
        return builder;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Tideline.Platform.Security;

/// <summary>Who may call an endpoint. Every endpoint says one of these; one that says nothing fails a test.</summary>
public abstract record AccessRule
{
    /// <summary>A user (or API key) whose permissions include this one.</summary>
    public sealed record Permission(string Name) : AccessRule;

    /// <summary>Any signed-in user: their own things.</summary>
    public sealed record SignedIn : AccessRule;

    /// <summary>Other services of the platform, and only those named.</summary>
    public sealed record Services(IReadOnlyList<string> Callers) : AccessRule;

    /// <summary>Anybody, for the stated reason.</summary>
    public sealed record Anonymous(string Reason) : AccessRule;
}

/// <summary>The one way to say who may call an endpoint or a group.</summary>
public static class AccessExtensions
{
    /// <summary>Needs a permission such as <c>leads:write</c>.</summary>
    public static T Requires<T>(this T builder, string permission) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Permission(permission));

    /// <summary>Needs a signed-in user, whatever their role.</summary>
    public static T RequiresSignIn<T>(this T builder) where T : IEndpointConventionBuilder => builder.With(new AccessRule.SignedIn());

    /// <summary>Only these services may call it, with a service token.</summary>
    public static T RequiresService<T>(this T builder, params string[] callers) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Services(callers));

    /// <summary>Anybody may call it; the reason is shown in the list of public endpoints.</summary>
    public static T AllowsAnyone<T>(this T builder, string reason) where T : IEndpointConventionBuilder =>
        builder.With(new AccessRule.Anonymous(reason));

    private static T With<T>(this T builder, AccessRule rule) where T : IEndpointConventionBuilder
    {
        builder.WithMetadata(rule);
        return builder;
    }
}

using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Metadata;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests.Api;

/// <summary>What every endpoint must say of itself.</summary>
internal static partial class EndpointRules
{
    private static readonly string[] Verbs =
    [
        "accept", "add", "cancel", "change", "check", "claim", "clear", "complete", "count", "create", "delete", "discard", "download", "dry", "edit", "empty", "export",
        "follow", "get", "heartbeat", "invite", "leave", "list", "make", "map", "mark", "merge", "monitor", "move", "open", "order", "pause", "preview", "put", "read", "reassign", "record",
        "refresh", "register", "remove", "replace", "replay", "resume", "retry", "revoke", "run", "schedule", "send", "set", "show", "sign", "start", "state", "stop",
        "summarise", "switch", "test", "undo", "unsubscribe", "confirm", "update", "upload", "validate", "ask", "track",
    ];

    public static Violations Check(IReadOnlyList<Route> routes)
    {
        var wrong = new Violations();
        foreach (var route in routes)
        {
            // A rule of the group and one of the endpoint: the reader cannot tell which holds.
            wrong.AddUnless(route.Rules.Count == 1, $"{route}: {route.Rules.Count} access rules, must be one");
            if (route.Rule is AccessRule.Anonymous { Reason: var reason }) wrong.AddUnless(reason.Length >= 10, $"{route}: anybody may call it, and no reason is given");
            if (route.Rule is AccessRule.Permission(var permission)) wrong.AddUnless(PermissionName().IsMatch(permission), $"{route}: permission '{permission}' is not noun:verb");
            if (route.Service is null) continue;
            var isInternal = route.Pattern.StartsWith("/internal/", StringComparison.Ordinal);
            wrong.AddUnless(isInternal || route.IsPublic, $"{route}: neither under /api nor under /internal");
            if (isInternal)
                wrong.AddUnless(route.Rule is AccessRule.Services or AccessRule.AnyService or AccessRule.Anonymous, $"{route}: for services, but lets users in");
            else
                wrong.AddUnless(route.Rule is not (AccessRule.Services or AccessRule.AnyService), $"{route}: public path, but for services only");
            if (!route.IsPublic) continue;
            if (route.Name is not { } name) wrong.Add($"{route}: has no name");
            else wrong.AddUnless(OperationName().Match(name) is { Success: true } match && Verbs.Contains(match.Groups["verb"].Value), $"{route}: '{name}' is not camelCase that begins with a verb");
            var tags = route.Endpoint.Metadata.GetMetadata<ITagsMetadata>()?.Tags ?? [];
            // Without WithTags the framework uses the name of the declaring class or application.
            wrong.AddUnless(tags.Count > 0 && tags.All(t => char.IsUpper(t[0]) && !t.EndsWith("Endpoints", StringComparison.Ordinal)), $"{route}: tags are [{string.Join(", ", tags)}]");
        }
        foreach (var twice in routes.Where(r => r is { Service: not null, Name: not null }).GroupBy(r => r.Name, r => r.Endpoint).Where(g => g.Distinct().Count() > 1))
            wrong.Add($"the name {twice.Key} is used by {twice.Distinct().Count()} endpoints");
        return wrong;
    }

    [GeneratedRegex("^(?<verb>[a-z]+)([A-Z][a-z0-9]*)*$")]
    private static partial Regex OperationName();

    [GeneratedRegex("^[a-z]+:[a-z]+$")]
    private static partial Regex PermissionName();
}

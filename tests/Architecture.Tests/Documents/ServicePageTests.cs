using System.Reflection;
using System.Text;
using Tideline.Contracts;
using Tideline.Platform.Api;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests.Documents;

/// <summary>Each service has a page; what can be read from the code stands there as the code says it.</summary>
public sealed class ServicePageTests(ArchitectureFixture fixture)
{
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public void The_page_of_a_service_lists_its_endpoints_events_and_jobs(string service)
    {
        var path = $"docs/services/{service}.md";
        var registration = fixture.Registrations.Single(r => r.Name == service);
        Written.Part(path, "api", Api(service));
        Written.Part(path, "wiring", Wiring(registration));
    }

    [Fact]
    public void Every_endpoint_says_what_it_does()
    {
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r.IsPublic)) wrong.AddUnless(Says(route).Length > 0, $"{route}: its method has no summary");
        wrong.AssertNone("The summary is what the reference shows:");
    }

    private string Api(string service)
    {
        var text = new StringBuilder("| call | needs | does |\n|---|---|---|\n");
        foreach (var route in fixture.Routes.Where(r => r.IsPublic && r.Service == service))
        {
            var path = route.Pattern[$"/api/{service}".Length..].TrimEnd('/').Replace(":guid", "", StringComparison.Ordinal);
            var key = route.Endpoint.Metadata.GetMetadata<IdempotentMetadata>() is { } idempotent ? idempotent.Required ? " Needs an `Idempotency-Key`." : " Takes an `Idempotency-Key`." : "";
            text.Append($"| `{route.Method} {path}` | {Needs(route.Rule)} | {Says(route)}{key} |\n");
        }
        return text.ToString();
    }

    private static string Wiring(ServiceRegistration service)
    {
        var text = new StringBuilder();
        string Names(IEnumerable<Type> events) => string.Join(", ", events.Select(e => $"`{EventTypes.Of(e).Name}`").Order(StringComparer.Ordinal));
        text.Append($"- Publishes: {(service.Publishes.Count == 0 ? "nothing" : Names(service.Publishes))}.\n");
        text.Append(service.Subscriptions.Count == 0 ? "- Handles: nothing.\n" : "- Handles:\n");
        foreach (var handler in service.Subscriptions.GroupBy(s => s.Handler).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
            text.Append($"  - {Names(handler.Select(h => h.Event))} in `{handler.Key.Name}`: {SourceDocs.OfType(Folder(service.Name), handler.Key.Name)}\n");
        text.Append(service.Jobs.Count == 0 ? "- Runs jobs: none.\n" : "- Runs jobs:\n");
        foreach (var job in service.Jobs.OrderBy(j => j.Job.Name, StringComparer.Ordinal))
        {
            var how = job.Job.GetCustomAttribute<JobAttribute>()!;
            text.Append($"  - `{how.Name}` (queue `{how.Queue}`, {how.MaxAttempts} attempts, {how.Concurrency} at once in a process): {SourceDocs.OfType(Folder(service.Name), job.Job.Name)}\n");
        }
        text.Append(service.Loops.Count == 0 ? "- Loops: none.\n" : "- Loops:\n");
        foreach (var loop in service.Loops.OrderBy(l => l.Name, StringComparer.Ordinal)) text.Append($"  - `{loop.Name}`: {SourceDocs.OfType(Folder(service.Name), loop.Name)}\n");
        text.Append($"- Asks: {(service.Calls.Count == 0 ? "nobody" : string.Join(", ", service.Calls.Order(StringComparer.Ordinal)))}.\n");
        return text.ToString();
    }

    private static string Needs(AccessRule? rule) => rule switch
    {
        AccessRule.Permission(var permission) => $"`{permission}`",
        AccessRule.SignedIn(var allowsKeys) => allowsKeys ? "sign-in or API key" : "sign-in",
        AccessRule.Anonymous => "nothing",
        _ => "a service",
    };

    private static string Says(Route route) =>
        route.Handler is { DeclaringType: { } type } handler ? SourceDocs.OfMember(Folder(route.Service!), type.Name, handler.Name) : "";

    private static string Folder(string service) => "src/Services/" + char.ToUpperInvariant(service[0]) + service[1..];
}

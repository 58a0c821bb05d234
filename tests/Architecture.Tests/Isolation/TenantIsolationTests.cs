using System.Net;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Architecture.Tests.Isolation;

/// <summary>Generated from the route table: what is ours stays ours, whichever endpoint is asked, also those that are written tomorrow.</summary>
public sealed class TenantIsolationTests(ArchitectureFixture fixture, TwoWorkspaces workspaces) : IClassFixture<TwoWorkspaces>
{
    /// <summary>Not found by an id from a table, each with its reason.</summary>
    private static readonly Dictionary<string, string> OutOfReach = new(StringComparer.Ordinal)
    {
        ["revokeSession"] = "a session belongs to a person and is in no table with a tenant; SessionListTests has a stranger try it",
    };

    /// <summary>Would end the session with which the test goes on.</summary>
    private static readonly string[] EndSessions = ["signOut", "leaveTenant", "switchTenant"];

    [Fact]
    public void The_workspace_has_something_of_everything() =>
        Assert.True(workspaces.Ours.NotMade.Count == 0, "State a body in SeededWorkspace.Stated for:\n  " + string.Join("\n  ", workspaces.Ours.NotMade));

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task A_stranger_with_our_ids_finds_nothing(string service)
    {
        var wrong = new Violations();
        foreach (var route in RoutesWithId(service))
        {
            foreach (var id in workspaces.Ours.Ids[service])
            {
                var (status, text) = await CallAsync(workspaces.Stranger, route, id);
                wrong.AddUnless(!text.Contains(workspaces.Ours.Marker, StringComparison.OrdinalIgnoreCase), $"{route.Name} {id}: answers our data: {Short(text)}");
                wrong.AddUnless(status == HttpStatusCode.NotFound, $"{route.Name} {id}: {(int)status} {Short(text)}");
            }
        }
        wrong.AssertNone("With our ids a stranger must get 404 from everything:");
    }

    /// <summary>Without this, the test above would be as green with ids that fit nothing.</summary>
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task We_ourselves_find_it(string service)
    {
        var ours = await SeededWorkspace.MakeAsync(fixture);
        var wrong = new Violations();
        // What deletes comes last; the rest would not find it any more.
        foreach (var route in RoutesWithId(service).OrderBy(r => r.Method == "DELETE" || r.Name!.StartsWith("discard", StringComparison.Ordinal)))
        {
            if (OutOfReach.ContainsKey(route.Name!)) continue;
            var seen = new List<string>();
            foreach (var id in ours.Ids[service])
            {
                var (status, text) = await CallAsync(ours.Client, route, id, ours);
                if (status != HttpStatusCode.NotFound) seen.Add($"{(int)status} {Short(text)}");
            }
            wrong.AddUnless(seen.Count > 0, $"{route} ({route.Name}): none of our {ours.Ids[service].Count} ids leads there");
            wrong.AddUnless(seen.All(s => !s.StartsWith("400", StringComparison.Ordinal)), $"{route} ({route.Name}): {seen.FirstOrDefault()}; state a body in SeededWorkspace.Stated");
        }
        wrong.AssertNone("An id that nobody finds proves nothing about strangers:");
    }

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Lists_of_a_stranger_hold_nothing_of_ours(string service)
    {
        var wrong = new Violations();
        var filters = string.Join('&', workspaces.Ours.Known.Select(k => $"{k.Key}={k.Value}").Append("q=" + workspaces.Ours.Marker));
        foreach (var route in fixture.Routes.Where(r => r.IsPublic && r.Service == service && r is { Method: "GET", Parameters.Count: 0, Rule: not AccessRule.Anonymous }))
        {
            foreach (var query in (string[])["", "?" + filters])
            {
                using var response = await workspaces.Stranger.Http.GetAsync(route.Path(_ => "") + query);
                var text = await response.Content.ReadAsStringAsync();
                wrong.AddUnless(!text.Contains(workspaces.Ours.Marker, StringComparison.OrdinalIgnoreCase), $"{route.Name}: {Short(text)}");
                // The id of our owner is what the stranger's own requests below may have put into their own rows: coming back, it tells them nothing.
                foreach (var id in workspaces.Ours.Ids[service].Where(id => !query.Contains(id, StringComparison.Ordinal) && id != workspaces.Ours.Client.UserId.ToString()))
                    wrong.AddUnless(!text.Contains(id, StringComparison.OrdinalIgnoreCase), $"{route.Name} shows {id}");
            }
        }
        wrong.AssertNone("A stranger's lists show what is ours:");
    }

    /// <summary>Ids in bodies: our lead reassigned, our pool named in a rule.</summary>
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Requests_that_name_our_ids_in_their_body_answer_nothing_of_ours(string service)
    {
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r.IsPublic && r.Service == service && r is { Method: not "GET", HasId: false, Parameters.Count: 0, Rule: AccessRule.Permission }))
        {
            if (EndSessions.Contains(route.Name)) continue;
            var content = workspaces.Ours.ContentFor(route, "stranger");
            var sent = content is null ? "" : await content.ReadAsStringAsync();
            using var response = await workspaces.Stranger.SendAsync(new HttpMethod(route.Method), route.Path(_ => ""), content);
            var text = await response.Content.ReadAsStringAsync();
            wrong.AddUnless((int)response.StatusCode < 500, $"{route.Name}: {(int)response.StatusCode} {Short(text)}");
            // What was sent may come back; what was not sent was read from a row of ours.
            foreach (var id in workspaces.Ours.Ids[service].Where(id => !sent.Contains(id, StringComparison.OrdinalIgnoreCase)))
                wrong.AddUnless(!text.Contains(id, StringComparison.OrdinalIgnoreCase), $"{route.Name} shows {id}: {Short(text)}");
            wrong.AddUnless(!text.Contains(workspaces.Ours.Marker, StringComparison.OrdinalIgnoreCase), $"{route.Name}: {Short(text)}");
        }
        wrong.AssertNone("A stranger who names our ids sees what is ours:");
    }

    private IEnumerable<Route> RoutesWithId(string service) => fixture.Routes.Where(r => r.IsPublic && r.Service == service && r is { HasId: true, Rule: AccessRule.Permission or AccessRule.SignedIn });

    private async Task<(HttpStatusCode Status, string Text)> CallAsync(ApiClient client, Route route, string id, SeededWorkspace? ours = null)
    {
        using var response = await client.SendAsync(new HttpMethod(route.Method), route.Path(p => route.IdParameters.Contains(p) ? id : "x"),
            ours is null ? workspaces.Ours.ContentFor(route, "stranger") : ours.ContentFor(route));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Short(string text) => text.Length > 160 ? text[..160] + "…" : text;
}

using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideline.Architecture.Tests.Isolation;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Architecture.Tests.Api;

/// <summary>Whatever is sent, the answer is a refusal that says what is wrong, and never a failure of ours.</summary>
public sealed class BadInputTests(ArchitectureFixture fixture)
{
    private static readonly string[] NotJson = ["{", "{\"a\":", "nonsense", "\"text\"", "{\"nothing-like-this\":1}", "{\"id\":1,\"id\":2}", "\u0000", "[[[[[[[[[[[[[[]]]]]]]]]]]]]]"];

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task A_body_that_cannot_be_read_is_refused_and_the_reason_given(string service)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var wrong = new Violations();
        foreach (var route in WithBody(service))
        {
            foreach (var text in NotJson.Append(route.Body!.IsArray || Listed(route.Body) ? "{}" : "[]"))
            {
                var (status, problem) = await SendAsync(client, route, new StringContent(text, Encoding.UTF8, "application/json"));
                // Not found, when a part of the path is looked up first.
                if (status is HttpStatusCode.NotFound && route.Parameters.Count > 0) continue;
                wrong.AddUnless(status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && SaysWhy(problem), $"{route.Name} {Short(text)}: {(int)status} {Short(problem)}");
            }
            var (media, answer) = await SendAsync(client, route, new StringContent("<a/>", Encoding.UTF8, "application/xml"));
            wrong.AddUnless(media is HttpStatusCode.UnsupportedMediaType && answer.Contains("unsupported_media_type", StringComparison.Ordinal), $"{route.Name} XML: {(int)media} {Short(answer)}");
        }
        wrong.AssertNone("Garbage must be refused:");
    }

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task A_member_of_the_wrong_type_is_named(string service)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var wrong = new Violations();
        foreach (var route in WithBody(service).Where(r => !Listed(r.Body!)))
        {
            foreach (var member in SampleBody.Members(route.Body!).Where(m => m.Type != typeof(JsonElement) && m.Type != typeof(JsonElement?)))
            {
                var body = new JsonObject { [member.Name] = member.Type == typeof(bool) || member.Type == typeof(bool?) ? "maybe" : true };
                var (status, problem) = await SendAsync(client, route, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
                wrong.AddUnless(status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity && Names(problem, member.Name), $"{route.Name}.{member.Name}: {(int)status} {Short(problem)}");
            }
        }
        wrong.AssertNone("A wrong type must be refused, and the member named:");
    }

    /// <summary>Values that fit their type and little else: too long, too large, from the end of time, with NUL.</summary>
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Hostile_values_never_break_anything(string service)
    {
        var ours = await SeededWorkspace.MakeAsync(fixture);
        var wrong = new Violations();
        foreach (var route in WithBody(service).Where(r => !Listed(r.Body!) && r.Rule is AccessRule.Permission))
        {
            var sound = ours.ContentFor(route) is { } content && content is StringContent ? JsonNode.Parse(await content.ReadAsStringAsync()) as JsonObject : null;
            foreach (var member in SampleBody.Members(route.Body!))
            {
                foreach (var value in Hostile(member.Type))
                {
                    var body = (JsonObject)(sound?.DeepClone() ?? new JsonObject());
                    body[member.Name] = value?.DeepClone();
                    foreach (var id in route.HasId ? ours.Ids[service].Take(3) : ["x"])
                    {
                        using var response = await ours.Client.SendAsync(new HttpMethod(route.Method), route.Path(p => route.IdParameters.Contains(p) ? id : "x"), new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
                        var problem = await response.Content.ReadAsStringAsync();
                        wrong.AddUnless((int)response.StatusCode < 500, $"{route.Name} {member.Name}={Short(value?.ToJsonString() ?? "null")}: {(int)response.StatusCode} {Short(problem)}");
                    }
                }
            }
        }
        wrong.AssertNone("No value may lead to a failure of ours:");
    }

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task A_query_that_cannot_be_read_is_refused(string service)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r.IsPublic && r.Service == service && r is { Method: "GET", Rule: AccessRule.Permission or AccessRule.SignedIn }))
        {
            var path = route.Path(p => route.IdParameters.Contains(p) ? Guid.NewGuid().ToString() : "x");
            foreach (var parameter in route.Handler?.GetParameters() ?? [])
            {
                if (parameter.Name is not { } name || !IsFromQuery(route, parameter.ParameterType, name)) continue;
                foreach (var value in (string[])["%00", "nonsense", new string('x', 5000), "-1", "99999999999999999999", "2026-99-99T00:00:00Z", "'%22;--", "%F0%9F%90%8B", ""])
                {
                    using var response = await client.Http.GetAsync($"{path}?{name}={value}");
                    var problem = await response.Content.ReadAsStringAsync();
                    wrong.AddUnless((int)response.StatusCode < 500, $"{route.Name} {name}={Short(value)}: {(int)response.StatusCode} {Short(problem)}");
                    // Refused before it can reach a database, which stores no such character.
                    if (value == "%00") wrong.AddUnless(response.StatusCode == HttpStatusCode.BadRequest && Names(problem, name), $"{route.Name} {name}=%00: {(int)response.StatusCode} {Short(problem)}");
                    if (parameter.ParameterType != typeof(string) && value == "nonsense")
                        wrong.AddUnless(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{route.Name} {name}=nonsense: {(int)response.StatusCode}");
                }
            }
            if (!(route.Handler?.GetParameters().Any(p => p.Name == "cursor") ?? false)) continue;
            using var garbage = await client.Http.GetAsync($"{path}?cursor=bm9uc2Vuc2U");
            wrong.AddUnless(garbage.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{route.Name}: a cursor of nobody's is {(int)garbage.StatusCode}");
        }
        wrong.AssertNone("Garbage in the query must be refused:");
    }

    /// <summary>Our own clients leave nulls out when they write; an endpoint that insists on them refuses every such call.</summary>
    [Fact]
    public void What_may_be_null_may_be_absent()
    {
        var json = fixture.Platform.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r is { Service: not null, Body: not null }))
            foreach (var member in SampleBody.Objects(route.Body!).SelectMany(t => json.GetTypeInfo(t).Properties.Where(p => p.IsRequired && (p.IsSetNullable || Nullable.GetUnderlyingType(p.PropertyType) is not null)), (t, p) => $"{t.Name}.{p.Name}"))
                wrong.Add($"{route}: {member}");
        wrong.AssertNone("These must be stated although they may be null:");
        // Seen red: without the platform's own rule, this one is found.
        var plain = new JsonSerializerOptions(json) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };
        Assert.Contains(plain.GetTypeInfo(typeof(Positional)).Properties, p => p is { IsRequired: true, IsSetNullable: true });
        Assert.DoesNotContain(json.GetTypeInfo(typeof(Positional)).Properties, p => p is { IsRequired: true, IsSetNullable: true });
        Assert.Contains(json.GetTypeInfo(typeof(Positional)).Properties, p => p is { IsRequired: true });
    }

    private sealed record Positional(string Needed, string? MayBeAbsent);

    private IEnumerable<Route> WithBody(string service) => fixture.Routes.Where(r =>
        r.IsPublic && r.Service == service && r is { Body: not null, Method: not "GET" } && !r.ContentTypes.Any(t => t.StartsWith("multipart/", StringComparison.Ordinal)));

    private static bool IsFromQuery(Route route, Type type, string name) =>
        !route.Parameters.Contains(name) && ((Nullable.GetUnderlyingType(type) ?? type) is { } plain && (plain.IsPrimitive || plain.IsEnum || plain == typeof(string) || plain == typeof(Guid) || plain == typeof(DateTimeOffset)));

    private static async Task<(HttpStatusCode Status, string Problem)> SendAsync(ApiClient client, Route route, HttpContent content)
    {
        using var response = await client.SendAsync(new HttpMethod(route.Method), route.Path(p => route.IdParameters.Contains(p) ? Guid.NewGuid().ToString() : "x"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static bool Listed(Type type) => type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type);

    /// <summary>A code for programs and a reason for people: of a member, or of the request as a whole.</summary>
    private static bool SaysWhy(string problem) =>
        Parse(problem) is { } p && p["code"] is not null && p["traceId"] is not null && (p["errors"] is JsonObject { Count: > 0 } || p["detail"]?.GetValue<string>() is { Length: > 0 });

    private static bool Names(string problem, string member) =>
        Parse(problem)?["errors"] is JsonObject errors && errors.Any(e => e.Key == member || e.Key.StartsWith(member + ".", StringComparison.Ordinal) || e.Key.StartsWith(member + "[", StringComparison.Ordinal));

    private static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonNode?[] Hostile(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain == typeof(string))
            return [null, "", " ", "\0", "a\u202eb", "\ud83d\udc0b", new string('x', 1_000_000), "{{", "'; drop table lead; --", "<script>alert(1)</script>", "=1+1", "\u0001\u0002", "a\r\nBcc: x@example.com"];
        if (plain == typeof(int) || plain == typeof(long)) return [null, 0, -1, int.MaxValue, long.MaxValue, JsonNode.Parse("1e400"), JsonNode.Parse("1.5")];
        if (plain == typeof(DateTimeOffset)) return [null, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "-infinity"];
        if (plain == typeof(Guid)) return [null, Guid.Empty, Guid.NewGuid(), "not-an-id"];
        if (plain == typeof(decimal) || plain == typeof(double)) return [null, 0, -1, JsonNode.Parse("1e400"), JsonNode.Parse("1e-300")];
        if (plain.IsEnum || plain == typeof(bool)) return [null, "nonsense", 99];
        if (Listed(plain)) return [null, new JsonArray(), new JsonArray([null]), new JsonArray([.. Enumerable.Range(0, 2000).Select(_ => (JsonNode)1)]), new JsonObject(), new JsonObject { [""] = "x", [new string('k', 5000)] = "x" }];
        return [null, new JsonObject(), new JsonArray()];
    }

    private static string Short(string text) => text.Length > 200 ? text[..200] + "…" : text;
}

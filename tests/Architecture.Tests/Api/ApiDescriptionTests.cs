using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tideline.Host.Operations;

namespace Tideline.Architecture.Tests.Api;

/// <summary>What the platform says of its own API, to programs and to people.</summary>
public sealed partial class ApiDescriptionTests(ArchitectureFixture fixture)
{
    [Fact]
    public async Task The_merged_document_has_every_public_endpoint_and_nothing_that_is_not_there()
    {
        using var nobody = fixture.Platform.Anonymous();
        var document = await nobody.GetAsync("/openapi.json");
        var wrong = new Violations();
        var described = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => o.Value!)).ToList();
        var ids = described.Select(d => d["operationId"]?.GetValue<string>()).ToList();
        foreach (var route in fixture.Routes.Where(r => r.IsPublic && r.Name is not null && !IsHidden(r)))
            wrong.AddUnless(ids.Contains(route.Name), $"{route} ({route.Name}) is not described");
        wrong.AddUnless(ids.Contains("getSystemOverview"), "the gateway's own part is missing");
        foreach (var twice in ids.Where(id => id is not null).GroupBy(id => id).Where(g => g.Count() > 1)) wrong.Add($"{twice.Key} is there {twice.Count()} times");
        var schemas = document["components"]!["schemas"]!.AsObject();
        foreach (Match reference in Reference().Matches(document.ToJsonString()))
            wrong.AddUnless(schemas.ContainsKey(reference.Groups["name"].Value), $"{reference.Value} leads nowhere");
        wrong.AssertNone("/openapi.json:");
    }

    [Fact]
    public void Two_services_may_call_different_things_by_one_name()
    {
        var merged = new MergedDescription();
        merged.Add("leads", Part("/api/leads/x", """{"type":"string"}"""));
        merged.Add("customers", Part("/api/customers/x", """{"type":"integer"}"""));
        merged.Add("brands", Part("/api/brands/x", """{"type":"string"}"""));
        var document = merged.Document;
        Assert.Equal(["CustomersView", "View"], document["components"]!["schemas"]!.AsObject().Select(s => s.Key).Order());
        Assert.Equal("#/components/schemas/CustomersView", document["paths"]!["/api/customers/x"]!["get"]!["schema"]!["$ref"]!.GetValue<string>());
        Assert.Equal("#/components/schemas/View", document["paths"]!["/api/brands/x"]!["get"]!["schema"]!["$ref"]!.GetValue<string>());
    }

    /// <summary>Read as a browser would under the policy that comes with it: files of our own, no script in the page.</summary>
    [Fact]
    public async Task The_reference_comes_from_here_and_runs_under_its_policy()
    {
        using var nobody = fixture.Platform.Anonymous();
        using var page = await nobody.Http.GetAsync("/docs/index.html");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.All(Script().Matches(html), s => Assert.True(s.Groups["code"].Value.Trim().Length == 0, s.Value));
        var files = Source().Matches(html).Select(s => s.Groups["file"].Value).ToList();
        Assert.Contains(files, f => f.EndsWith("swagger-ui-bundle.js", StringComparison.Ordinal));
        foreach (var file in files)
        {
            Assert.False(file.Contains("//", StringComparison.Ordinal), file + " is elsewhere");
            using var response = await nobody.Http.GetAsync(new Uri(new Uri(nobody.Http.BaseAddress!, "/docs/"), file));
            Assert.True(response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType != "text/html" && response.Headers.Contains("Content-Security-Policy"), $"{file}: {response.StatusCode}");
        }
    }

    private static bool IsHidden(Route route) => route.Endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.IExcludeFromDescriptionMetadata>() is not null;

    private static JsonObject Part(string path, string schema) => new()
    {
        ["paths"] = new JsonObject { [path] = new JsonObject { ["get"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/View" } } } },
        ["components"] = new JsonObject { ["schemas"] = new JsonObject { ["View"] = JsonNode.Parse(schema) } },
    };

    [GeneratedRegex("\"\\$ref\":\"#/components/schemas/(?<name>[^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<script[^>]*>(?<code>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("(src|href)=\"(?<file>[^\"#]+)\"")]
    private static partial Regex Source();
}

using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tideline.Architecture.Tests.Isolation;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests.Api;

/// <summary>
/// Every endpoint with requests made at random: no failure of ours, no silence, every refusal a problem document. A short run each time;
/// <c>TIDELINE_FUZZ_CASES=10000</c> makes it a long one, <c>TIDELINE_FUZZ_SEED</c> repeats it.
/// </summary>
public sealed class FuzzTests(ArchitectureFixture fixture)
{
    private static readonly int Cases = Setting("TIDELINE_FUZZ_CASES", 12);
    private static readonly int Seed = Setting("TIDELINE_FUZZ_SEED", 20261121);

    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Nothing_that_is_sent_breaks_anything(string service)
    {
        var ours = await SeededWorkspace.MakeAsync(fixture);
        var fuzz = new Fuzz(Seed);
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r is { IsPublic: true, Rule: AccessRule.Permission or AccessRule.Anonymous } && r.Service == service))
        {
            var sample = ours.ContentFor(route) is StringContent content ? JsonNode.Parse(await content.ReadAsStringAsync()) : null;
            var id = ours.Ids.TryGetValue(service, out var ids) && ids.Count > 0 ? ids[0] : Guid.NewGuid().ToString();
            await fuzz.TryAsync(ours.Client.Http, route.Method, route.Path(p => route.IdParameters.Contains(p) ? id : "x"), sample, Cases, wrong);
        }
        wrong.AssertNone("No request may lead to a failure of ours:");
    }

    /// <summary>The negative control.</summary>
    [Fact]
    public async Task An_endpoint_that_breaks_is_found()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.MapPost("/fragile", async (HttpContext context) => (await JsonNode.ParseAsync(context.Request.Body))!["count"]!.GetValue<int>());
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var found = new Violations();
        await new Fuzz(Seed).TryAsync(client, "POST", "/fragile", new JsonObject { ["count"] = 1 }, 30, found);
        Assert.Contains(found.Found, f => f.EndsWith(": 500", StringComparison.Ordinal));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}

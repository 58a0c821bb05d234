using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Architecture.Tests.Api;

public sealed class EndpointTests(ArchitectureFixture fixture)
{
    [Fact]
    public void Every_endpoint_has_one_access_rule_a_name_and_tags() =>
        EndpointRules.Check(fixture.Routes).AssertNone("Endpoints must say who may call them and what they are called:");

    [Fact]
    public void Every_service_has_endpoints() =>
        Assert.Empty(fixture.Registrations.Select(r => r.Name).Except(fixture.Routes.Select(r => r.Service)));

    /// <summary>Without an idempotency key, each with its reason.</summary>
    private static readonly Dictionary<string, string> WithoutKey = new(StringComparer.Ordinal)
    {
        ["uploadImport"] = "a file of 200 MB is streamed, so there is nothing to compare a second request with; a file uploaded twice does nothing until it is started",
        ["createApiKey"] = "an answer that is kept for repeating would keep the key, which is to be nowhere; one that was made twice is in the list and can be revoked",
    };

    /// <summary>A retried POST must not make a second one, whatever the client's network does.</summary>
    [Fact]
    public void Every_POST_that_creates_honours_an_idempotency_key()
    {
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r is { IsPublic: true, Method: "POST", Rule: not AccessRule.Anonymous, Name: not null } && Creates(r) && !WithoutKey.ContainsKey(r.Name)))
            wrong.AddUnless(route.Endpoint.Metadata.GetMetadata<IdempotentMetadata>() is not null, $"{route} ({route.Name})");
        wrong.AssertNone("POSTs that create must be Idempotent<TDb>():");
    }

    [Fact]
    public void What_breaks_the_rules_is_found()
    {
        using var app = WebApplication.Create();
        var api = app.MapGroup("/api/shop").WithMetadata(new ServiceName("shop"));
        api.MapGet("/open", () => "").WithName("listOpen").WithTags("Open");
        api.MapGet("/twice", () => "").WithName("listTwice").WithTags("Open").Requires("shop:read").RequiresSignIn();
        api.MapGet("/unnamed", () => "").WithTags("Open").Requires("shop:read");
        api.MapGet("/misnamed", () => "").WithName("Pockets_List").WithTags("Open").Requires("shop:read");
        api.MapGet("/same", () => "").WithName("listOpen").WithTags("Open").Requires("everything");
        api.MapGet("/untagged", () => "").WithName("listUntagged").AllowsAnyone("because");
        api.MapGet("/fine", () => "").WithName("listFine").WithTags("Open").Requires("shop:read");
        app.MapGroup("/internal/shop").WithMetadata(new ServiceName("shop")).MapGet("/open", () => "").RequiresSignIn();

        var found = EndpointRules.Check(Route.All(new CompositeEndpointDataSource(((IEndpointRouteBuilder)app).DataSources))).Found;

        string[] expected =
        [
            "/open: 0 access rules", "/twice: 2 access rules", "/unnamed: has no name", "/misnamed: 'Pockets_List'", "/same: permission 'everything'",
            "/untagged: anybody may call it", "/untagged: tags", "the name listOpen is used by 2", "/internal/shop/open: for services",
        ];
        foreach (var part in expected) Assert.Contains(found, f => f.Contains(part, StringComparison.Ordinal));
        Assert.DoesNotContain(found, f => f.Contains("/fine", StringComparison.Ordinal));
    }

    private static bool Creates(Route route) =>
        route.Endpoint.Metadata.GetOrderedMetadata<Microsoft.AspNetCore.Http.Metadata.IProducesResponseTypeMetadata>().Any(p => p.StatusCode == StatusCodes.Status201Created);
}

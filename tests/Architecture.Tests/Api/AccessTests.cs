using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Architecture.Tests.Api;

/// <summary>The door of every endpoint, tried with every kind of key.</summary>
public sealed class AccessTests(ArchitectureFixture fixture)
{
    [Theory, MemberData(nameof(ArchitectureFixture.Services), MemberType = typeof(ArchitectureFixture))]
    public async Task Without_a_token_every_endpoint_answers_401(string service)
    {
        using var nobody = fixture.Platform.Anonymous();
        using var forger = fixture.Platform.Anonymous();
        forger.Http.DefaultRequestHeaders.Add("Authorization", "Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ4In0.");
        var wrong = new Violations();
        foreach (var route in RoutesOf(service).Where(r => r.Rule is not AccessRule.Anonymous))
        {
            foreach (var client in (ApiClient[])[nobody, forger])
            {
                using var response = await CallAsync(client, route);
                wrong.AddUnless(response.StatusCode == HttpStatusCode.Unauthorized && response.Headers.WwwAuthenticate.Count > 0, $"{route} ({route.Name}): {(int)response.StatusCode}");
            }
        }
        wrong.AssertNone("Who has no valid token gets 401, whatever else is wrong with the request:");
    }

    [Fact]
    public async Task Who_lacks_the_permission_gets_403_and_its_name()
    {
        using var member = await SignInAsMemberAsync();
        var allowed = member.Session!["permissions"]!.AsArray().Select(p => p!.GetValue<string>()).ToHashSet();
        var refused = fixture.Routes.Where(r => r.IsPublic && r.Rule is AccessRule.Permission(var permission) && !allowed.Contains(permission)).ToList();
        Assert.True(refused.Count > 10);
        var wrong = new Violations();
        foreach (var route in refused)
        {
            using var response = await CallAsync(member, route);
            var problem = await response.Content.ReadAsStringAsync();
            var permission = ((AccessRule.Permission)route.Rule!).Name;
            wrong.AddUnless(response.StatusCode == HttpStatusCode.Forbidden && problem.Contains($"\"permission\":\"{permission}\"", StringComparison.Ordinal), $"{route}: {(int)response.StatusCode} {problem}");
        }
        wrong.AssertNone("The role member may not:");
    }

    /// <summary>Endpoints between services are not there for anybody who comes through the gateway, with whatever token.</summary>
    [Fact]
    public async Task Nothing_internal_answers_through_the_gateway()
    {
        using var owner = await fixture.Platform.NewTenantAsync();
        owner.Http.DefaultRequestHeaders.Add("Tideline-Tenant", owner.TenantId.ToString());
        var wrong = new Violations();
        foreach (var route in fixture.Routes.Where(r => r.Pattern.StartsWith("/internal/", StringComparison.Ordinal)))
        {
            using var response = await CallAsync(owner, route);
            wrong.AddUnless(response.StatusCode == HttpStatusCode.NotFound, $"{route}: {(int)response.StatusCode}");
        }
        wrong.AssertNone("Internal endpoints are for services:");
    }

    [Fact]
    public async Task A_path_that_nobody_has_is_a_problem_document_not_the_console()
    {
        using var owner = await fixture.Platform.NewTenantAsync();
        foreach (var path in (string[])["/api/leads/nothing", "/api/nothing/at/all", "/api/leads/leads/not-an-id"])
        {
            using var response = await owner.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    private IEnumerable<Route> RoutesOf(string service) => fixture.Routes.Where(r => r.IsPublic && r.Service == service);

    private static async Task<HttpResponseMessage> CallAsync(ApiClient client, Route route) =>
        await client.SendAsync(new HttpMethod(route.Method), route.Path(p => route.IdParameters.Contains(p) ? Guid.NewGuid().ToString() : "x"), route.Method is "GET" or "DELETE" ? null : new { });

    /// <summary>The owner of a workspace, made a member behind the API's back: only the role counts here, not how it came.</summary>
    private async Task<ApiClient> SignInAsMemberAsync()
    {
        using var owner = await fixture.Platform.NewTenantAsync();
        var admin = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync())
        {
            Database = new NpgsqlConnectionStringBuilder(fixture.ConnectionsOf("identity").Owner).Database,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("update membership set role = 'member' where tenant_id = $1", connection) { Parameters = { new() { Value = owner.TenantId } } };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        var session = await owner.PostAsync("/api/identity/refresh", new { refreshToken = owner.Session!["refreshToken"]!.GetValue<string>() });
        Assert.Equal("member", session["role"]!.GetValue<string>());
        return new ApiClient(new HttpClient { BaseAddress = fixture.Platform.Address }, session);
    }
}

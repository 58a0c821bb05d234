using System.Net;
using System.Text;
using Tideline.Identity;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

public sealed class DirectoryTests(IdentityHost host) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_service_learns_names_of_its_tenants_people_only()
    {
        var (anna, zoe) = (await host.RegisterAsync(), await host.RegisterAsync());
        using var response = await AsServiceAsync($"/internal/identity/users?ids={anna.UserId},{zoe.UserId},{Guid.NewGuid()}", anna.TenantId);
        var users = (await ApiClient.ReadAsync(response)).AsArray();
        var user = Assert.Single(users)!;
        Assert.Equal(anna.Email, user["email"]!.GetValue<string>());
        Assert.True(user["isActive"]!.GetValue<bool>());
        using var tenant = await AsServiceAsync("/internal/identity/tenant", zoe.TenantId);
        Assert.Equal(zoe.TenantId, (await ApiClient.ReadAsync(tenant))["id"]!.GetValue<Guid>());
        using var nowhere = await AsServiceAsync("/internal/identity/members", null);
        Assert.Empty((await ApiClient.ReadAsync(nowhere)).AsArray());
    }

    [Fact]
    public async Task A_person_is_turned_away_from_what_is_for_services()
    {
        var anna = await host.RegisterAsync();
        using var response = await anna.Client.SendAsync(
            HttpMethod.Get, "/internal/identity/members", null, anna.Token, ("Tideline-Tenant", anna.TenantId.ToString()));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task The_demo_workspace_is_made_once_and_its_people_can_sign_in()
    {
        var ct = TestContext.Current.CancellationToken;
        const string password = "harbour-lantern-2026";
        var first = await IdentitySeed.EnsureAsync(host.App.Services, password, ct);
        var second = await IdentitySeed.EnsureAsync(host.App.Services, password, ct);
        Assert.Equal(first.TenantId, second.TenantId);
        Assert.Equal(first.OwnerId, second.OwnerId);
        Assert.Equal(first.AgentIds, second.AgentIds);
        Assert.Equal(4, first.AgentIds.Distinct().Count());
        Assert.Equal(5L, await host.ScalarAsync<long>("select count(*) from membership where tenant_id = $1", first.TenantId));
        var demo = await host.Client().PostAsync("/api/identity/sign-in", new { email = IdentitySeed.OwnerEmail, password });
        Assert.Equal("Northwind Outfitters", demo["tenant"]!["name"]!.GetValue<string>());
        var ada = await host.Client().PostAsync("/api/identity/sign-in", new { email = "ada@tideline.example", password });
        Assert.Equal("agent", ada["role"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_first_who_registers_runs_the_installation_and_no_later_owner_does()
    {
        await using var own = new IdentityHost();
        await own.InitializeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => own.RegisterAsync()));
        Assert.Equal(1, answers.Count(a => a.Session["permissions"]!.AsArray().Any(p => p!.GetValue<string>() == "system:write")));
    }

    private async Task<HttpResponseMessage> AsServiceAsync(string path, Guid? tenant)
    {
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("leads:" + IdentityHost.LeadsSecret));
        using var issued = await host.Client().SendAsync(HttpMethod.Post, "/internal/identity/service-token", headers: ("Authorization", basic));
        var token = (await ApiClient.ReadAsync(issued))["accessToken"]!.GetValue<string>();
        return await host.Client().SendAsync(HttpMethod.Get, path, null, token, tenant is { } id ? [("Tideline-Tenant", id.ToString())] : []);
    }
}

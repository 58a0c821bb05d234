using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Identity;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>What identity promises to the services around it.</summary>
public sealed class WholePlatformTests(PlatformFixture fixture)
{
    [Fact]
    public void Every_permission_that_an_endpoint_asks_for_is_in_the_table()
    {
        var known = Permissions.Table.Select(p => p.Name).Concat(Permissions.OfOperators.Select(p => p.Name)).ToHashSet();
        var asked = fixture.Platform.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(e => e.Metadata.GetMetadata<AccessRule>()).OfType<AccessRule.Permission>().Select(p => p.Name).Distinct();
        Assert.Empty(asked.Except(known));
    }

    [Fact]
    public async Task A_new_workspace_has_a_brand_as_soon_as_the_bus_has_told_of_it()
    {
        var anna = await fixture.Platform.NewTenantAsync();
        var brands = await Eventually.Get(() => anna.GetAsync("/api/brands/brands"), b => b["data"]!.AsArray().Count > 0, "the default brand");
        Assert.True(Assert.Single(brands["data"]!.AsArray())!["isDefault"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("/api/identity/me")]
    [InlineData("/api/brands/brands")]
    public async Task The_access_token_of_an_ended_session_is_refused_within_five_seconds(string path)
    {
        var anna = await fixture.Platform.NewTenantAsync();
        await anna.GetAsync(path);
        await anna.PostAsync("/api/identity/sign-out");
        await Eventually.Get(async () =>
        {
            using var response = await anna.SendAsync(HttpMethod.Get, path);
            return response.StatusCode;
        }, status => status == HttpStatusCode.Unauthorized, "the token's end", TimeSpan.FromSeconds(5));
    }
}

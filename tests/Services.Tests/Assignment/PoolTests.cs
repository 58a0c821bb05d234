using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Assignment;

/// <summary>Leads go to people of the workspace, and to nobody else.</summary>
public sealed class PoolTests(PlatformFixture fixture)
{
    private const string Pools = Desk.Api + "/pools";

    [Fact]
    public async Task Who_is_not_a_member_of_the_workspace_is_in_no_pool_of_it()
    {
        using var desk = await Desk.OpenAsync(fixture);
        using var other = await fixture.Platform.NewTenantAsync();
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[0] });
        foreach (var stranger in new[] { Guid.NewGuid(), other.UserId })
        {
            var members = new[] { new { userId = desk.People[0] }, new { userId = stranger } };
            foreach (var (method, path, body) in new (HttpMethod, string, object)[]
            {
                (HttpMethod.Post, Pools, new { name = "Strangers", members }), (HttpMethod.Put, $"{Pools}/{pool["id"]}/members", members),
            })
            {
                var (status, problem) = await desk.Owner.TryAsync(method, path, body);
                Assert.Equal((HttpStatusCode.BadRequest, "members[1].userId"), (status, problem.Fields().Single()));
            }
        }
        var only = Assert.Single((await desk.Owner.GetAsync(Pools)).Data());
        Assert.Equal(desk.People[0], Assert.Single(only["members"]!.AsArray())!.Id("userId"));
    }

    [Fact]
    public async Task Who_leaves_the_workspace_gets_no_more_leads_and_is_not_put_back()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 1);
        var pool = await desk.PoolAsync("Sales", desk.People.Select(userId => new { userId }));
        await desk.RuleAsync("All", pool);
        await desk.AddAsync(4);
        Assert.All((await desk.SharesAsync(4)).Values, share => Assert.Equal(2, share));

        Assert.Equal(HttpStatusCode.NoContent, (await desk.Owner.TryAsync(HttpMethod.Delete, $"/api/identity/members/{desk.People[1]}")).Status);
        // Before the news is here, too: identity knows already.
        var (status, problem) = await desk.Owner.TryAsync(HttpMethod.Put, $"{Pools}/{pool["id"]}/members", desk.People.Select(userId => new { userId }));
        Assert.Equal((HttpStatusCode.BadRequest, "members[1].userId"), (status, problem.Fields().Single()));
        await Eventually.Get(() => desk.Owner.GetAsync($"{Pools}/{pool["id"]}"), p => p["members"]!.AsArray().Count == 1, "the member is out");
        await desk.AddAsync(6);
        var shares = await desk.SharesAsync(10);
        Assert.Equal((8, 2), (shares[desk.People[0]], shares[desk.People[1]]));
    }

    // The news of somebody's leaving comes while they are being put in, and the check was made before: it must not be lost.
    [Fact]
    public async Task Leaving_and_being_put_in_at_once_ends_outside()
    {
        using var desk = await Desk.OpenAsync(fixture, hired: 3);
        var pool = await desk.PoolAsync("Sales");
        await Task.WhenAll(desk.People.Skip(1).SelectMany(user => new Task[]
        {
            desk.Owner.TryAsync(HttpMethod.Put, $"{Pools}/{pool["id"]}/members", new[] { new { userId = user } }),
            desk.Owner.TryAsync(HttpMethod.Delete, $"/api/identity/members/{user}"),
        }));
        await Eventually.Get(() => desk.Owner.GetAsync($"{Pools}/{pool["id"]}"), p => p["members"]!.AsArray().Count == 0, "nobody is left in the pool");
        Assert.Single((await desk.Owner.GetAsync("/api/identity/members")).Data());
    }

    [Theory]
    [InlineData("members[0].weight", "weight", 0)]
    [InlineData("members[0].weight", "weight", 101)]
    [InlineData("members[0].capacity", "capacity", 0)]
    public async Task Numbers_that_cannot_be_are_refused_by_name(string field, string name, int value)
    {
        using var desk = await Desk.OpenAsync(fixture);
        var member = new JsonObject { ["userId"] = desk.People[0], [name] = value };
        var (status, problem) = await desk.Owner.TryAsync(HttpMethod.Post, Pools, new JsonObject { ["name"] = "Sales", ["members"] = new JsonArray(member) });
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.Fields().Single()));
    }

    [Fact]
    public async Task A_pool_has_one_name_and_goes_only_when_no_rule_uses_it()
    {
        using var desk = await Desk.OpenAsync(fixture);
        var pool = await desk.PoolAsync("Sales", new { userId = desk.People[0] });
        Assert.Equal(HttpStatusCode.Conflict, (await desk.Owner.TryAsync(HttpMethod.Post, Pools, new { name = "SALES" })).Status);
        Assert.Equal("members", (await desk.Owner.TryAsync(HttpMethod.Post, Pools, new { name = "Twice", members = new[] { new { userId = desk.People[0] }, new { userId = desk.People[0] } } })).Body.Fields().Single());
        Assert.Equal("name", (await desk.Owner.TryAsync(HttpMethod.Post, Pools, new { name = " " })).Body.Fields().Single());
        var rule = await desk.RuleAsync("All", pool);
        Assert.Equal("pool_in_use", (await desk.Owner.TryAsync(HttpMethod.Delete, $"{Pools}/{pool["id"]}")).Body.Text("code"));
        var renamed = await desk.Owner.TryAsync(HttpMethod.Patch, $"{Pools}/{pool["id"]}", new { name = "Sales North" }, ifMatch: $"\"{pool["version"]}\"");
        Assert.Equal((HttpStatusCode.OK, "Sales North"), (renamed.Status, renamed.Body.Text("name")));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await desk.Owner.TryAsync(HttpMethod.Patch, $"{Pools}/{pool["id"]}", new { name = "Late" }, ifMatch: $"\"{pool["version"]}\"")).Status);
        await desk.Owner.TryAsync(HttpMethod.Delete, $"{Desk.Api}/rules/{rule["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, (await desk.Owner.TryAsync(HttpMethod.Delete, $"{Pools}/{pool["id"]}")).Status);
        using var other = await fixture.Platform.NewTenantAsync();
        Assert.Empty((await other.GetAsync(Pools)).Data());
    }
}

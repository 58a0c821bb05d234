using System.Net;
using System.Net.Http.Json;
using Tideline.Testing;

namespace Tideline.Services.Tests.__Service__;

public sealed class __Service__Tests(PlatformFixture fixture)
{
    private const string Path = "/api/__service__/__path__";

    [Fact]
    public async Task One_is_made_changed_and_deleted()
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        var made = await anna.PostAsync(Path, new { name = " First ", notes = "as stated" });
        Assert.Equal("First", made["name"]!.GetValue<string>());

        var changed = await anna.PatchAsync($"{Path}/{made["id"]}", new { name = "Second" });
        Assert.Equal("Second", changed["name"]!.GetValue<string>());
        Assert.Equal("as stated", changed["notes"]!.GetValue<string>());
        Assert.Single((await anna.GetAsync(Path))["data"]!.AsArray());

        using var deleted = await anna.SendAsync(HttpMethod.Delete, $"{Path}/{made["id"]}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await anna.SendAsync(HttpMethod.Get, $"{Path}/{made["id"]}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task The_same_idempotency_key_makes_one()
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        var first = await anna.PostAsync(Path, new { name = "Once" }, "key-1");
        var second = await anna.PostAsync(Path, new { name = "Once" }, "key-1");
        Assert.Equal(first["id"]!.ToString(), second["id"]!.ToString());
        Assert.Single((await anna.GetAsync(Path))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_change_to_a_version_that_is_not_the_newest_is_refused()
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        var made = await anna.PostAsync(Path, new { name = "Read" });
        await anna.PatchAsync($"{Path}/{made["id"]}", new { name = "Changed meanwhile" });

        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Path}/{made["id"]}") { Content = JsonContent.Create(new { name = "Late" }) };
        request.Headers.Add("If-Match", $"\"{made["version"]}\"");
        using var response = await anna.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public async Task A_name_is_needed(string name)
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        using var response = await anna.SendAsync(HttpMethod.Post, Path, new { name });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("\"name\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_workspace_does_not_see_it()
    {
        using var anna = await fixture.Platform.NewTenantAsync();
        using var boris = await fixture.Platform.NewTenantAsync();
        var made = await anna.PostAsync(Path, new { name = "Ours" });
        using var response = await boris.SendAsync(HttpMethod.Get, $"{Path}/{made["id"]}");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty((await boris.GetAsync(Path))["data"]!.AsArray());
    }
}

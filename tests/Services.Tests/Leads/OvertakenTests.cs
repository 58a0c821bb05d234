using System.Net;
using System.Net.Http.Json;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads;

/// <summary>Two who change the same lead at the same time.</summary>
public sealed class OvertakenTests(PlatformFixture fixture)
{
    [Fact]
    public async Task Without_If_Match_every_change_arrives()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var lead = await client.PostAsync("/api/leads/leads", new { firstName = "Ann", email = "ann@lee.se" });
        var path = "/api/leads/leads/" + lead["id"];
        // Each reads the lead and writes it back; PostgreSQL lets one of those who read the same version write.
        for (var round = 0; round < 5; round++)
            await Task.WhenAll(Enumerable.Range(0, 6).Select(i => client.PatchAsync(path, new { custom = new Dictionary<string, string> { [$"field {round}.{i}"] = "set" } })));
        Assert.Equal(30, (await client.GetAsync(path))["custom"]!.AsObject().Count);
    }

    [Fact]
    public async Task With_If_Match_whoever_was_overtaken_is_told()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var lead = await client.PostAsync("/api/leads/leads", new { firstName = "Ann", email = "ann@lee.se" });
        var path = "/api/leads/leads/" + lead["id"];
        // Once the person behind it is known, nobody else has anything to write.
        var version = (await Eventually.Get(() => client.GetAsync(path), l => l["customerId"] is not null, "the person is known"))["version"]!.GetValue<uint>();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(new { notes = $"by {i}" }) };
            request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
            using var response = await client.Http.SendAsync(request);
            return response.StatusCode;
        }));
        Assert.Single(answers, HttpStatusCode.OK);
        Assert.Equal(5, answers.Count(a => a == HttpStatusCode.PreconditionFailed));
    }
}

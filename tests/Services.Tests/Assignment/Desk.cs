using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Assignment;

/// <summary>A workspace in which leads are given out.</summary>
internal sealed class Desk(ApiClient owner, IReadOnlyList<Guid> people) : IDisposable
{
    public const string Api = "/api/assignment", Leads = "/api/leads/leads";

    public ApiClient Owner => owner;

    /// <summary>The owner first, then those who were hired.</summary>
    public IReadOnlyList<Guid> People => people;

    public static async Task<Desk> OpenAsync(PlatformFixture fixture, int hired = 0)
    {
        var owner = await fixture.Platform.NewTenantAsync("SE");
        var agents = await fixture.Platform.HireAsync(owner, hired);
        Desk desk = new(owner, [owner.UserId, .. agents.Select(a => a.UserId)]);
        agents.ForEach(a => a.Dispose());
        return desk;
    }

    public Task<JsonNode> PoolAsync(string name, params IEnumerable<object> members) => owner.PostAsync(Api + "/pools", new { name, members });

    public Task<JsonNode> RuleAsync(string name, JsonNode pool, string strategy = "round_robin", params object[] conditions) =>
        owner.PostAsync(Api + "/rules", new { name, strategy, poolId = pool.Id(), conditions });

    public async Task<List<Guid>> AddAsync(int count, string source = "web")
    {
        var unique = Guid.NewGuid().ToString("n")[..8];
        var answer = await owner.PostAsync(Leads + "/batch", new { leads = Enumerable.Range(0, count).Select(i => new { email = $"{unique}-{i}@lee.se", source }) });
        var leads = answer["results"]!.AsArray().Select(r => r!.Id()).ToList();
        foreach (var lead in leads) await owner.SettledAsync(lead);
        return leads;
    }

    /// <summary>The lead once somebody has it.</summary>
    public Task<JsonNode> OwnedAsync(Guid lead) => Eventually.Get(() => owner.GetAsync($"{Leads}/{lead}"), l => l["ownerId"] is not null, "somebody has the lead", TimeSpan.FromSeconds(60));

    public async Task<Guid> OwnerOfAsync(Guid lead) => (await OwnedAsync(lead)).Id("ownerId");

    /// <summary>Waits until that many leads have no owner and wait.</summary>
    public Task<JsonNode> WaitingAsync(int count) =>
        Eventually.Get(() => owner.GetAsync(Api + "/queue?limit=200"), q => q.Data().Count == count, $"{count} leads wait", TimeSpan.FromSeconds(60));

    /// <summary>Waits until all of a number of leads are decided; how many each has got.</summary>
    public async Task<Dictionary<Guid, int>> SharesAsync(int leads)
    {
        await Eventually.Get(() => owner.GetAsync($"{Leads}/count?ownerId=none"), c => c.Number("count") == 0, "every lead has an owner", TimeSpan.FromSeconds(120));
        var decisions = await owner.AllAsync(Api + "/assignments");
        Assert.Equal(leads, decisions.Select(d => d.Id("leadId")).Distinct().Count());
        Assert.Equal(leads, decisions.Count);
        return decisions.GroupBy(d => d.Id("agentId")).ToDictionary(g => g.Key, g => g.Count());
    }

    public async Task MoveAsync(Guid lead, string status)
    {
        var stage = (await owner.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray().First(s => s!.Text("status") == status)!;
        await owner.PostAsync($"{Leads}/{lead}/stage", new { stageId = stage.Id() });
    }

    public void Dispose() => owner.Dispose();
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Tideline.Identity;
using Tideline.Platform.Clients;

namespace Tideline.Host.Demo;

/// <summary>
/// A workspace to look around in, made once and through the same API that everybody uses: people, a team with rules of assignment, leads in all
/// stages, a campaign to start. All its messages go where the installation sends them: by default into the sandbox.
/// </summary>
internal sealed class DemoWorkspace
{
    private static readonly string[] Services = ["identity", "brands", "leads", "assignment", "campaigns"];
    private readonly IHttpClientFactory _clients;
    private readonly string _token;

    private DemoWorkspace(IHttpClientFactory clients, string token) => (_clients, _token) = (clients, token);

    /// <summary>Registers what <see cref="EnsureAsync"/> needs.</summary>
    public static void Add(IServiceCollection services)
    {
        foreach (var service in Services) services.AddServiceHttpClient(ClientOf(service), service);
    }

    /// <summary>Makes what is missing.</summary>
    /// <returns>Address and password of the owner.</returns>
    public static async Task<(string Email, string Password)> EnsureAsync(TidelineHost host, CancellationToken ct)
    {
        string password;
        using (var secrets = await SecretsFile.OpenAsync(host.Options.DataFolder, ct))
        {
            password = secrets.DemoPassword;
            secrets.Save();
        }
        var made = await IdentitySeed.EnsureAsync(host.App.Services, password, ct);
        var clients = host.App.Services.GetRequiredService<IHttpClientFactory>();
        using var identity = clients.CreateClient(ClientOf("identity"));
        using var answer = await identity.PostAsJsonAsync("/api/identity/sign-in", new { email = IdentitySeed.OwnerEmail, password }, ct);
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
            throw new InvalidOperationException("The demo's owner has another password than the one in the data folder; sign in with that one.");
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Its owner could not sign in: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(ct)}");
        var session = (await answer.Content.ReadFromJsonAsync<JsonObject>(ct))!;
        var demo = new DemoWorkspace(clients, session["accessToken"]!.GetValue<string>());
        await demo.BrandAsync(ct);
        await demo.TeamAsync(made.AgentIds, ct);
        await demo.LeadsAsync(ct);
        await demo.CampaignAsync(ct);
        return (IdentitySeed.OwnerEmail, password);
    }

    private async Task BrandAsync(CancellationToken ct)
    {
        if (await DefaultBrandAsync(ct) is not { } brand || brand["primaryColor"]?.GetValue<string>() == DemoContent.PrimaryColor) return;
        await SendAsync(HttpMethod.Patch, "brands", $"/api/brands/brands/{brand["id"]}", DemoContent.Brand, ct, version: brand["version"]?.ToString());
    }

    // The workspace's first brand comes by the bus, a moment after the workspace.
    private async Task<JsonNode?> DefaultBrandAsync(CancellationToken ct)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            var brands = (await GetAsync("brands", "/api/brands/brands", ct))["data"]!.AsArray();
            if (brands.FirstOrDefault(b => b!["isDefault"]!.GetValue<bool>()) is { } found) return found;
            await Task.Delay(100, ct);
        }
        return null;
    }

    private async Task TeamAsync(IReadOnlyList<Guid> agents, CancellationToken ct)
    {
        if ((await GetAsync("assignment", "/api/assignment/rules", ct))["data"]!.AsArray().Count > 0
            || (await GetAsync("assignment", "/api/assignment/pools", ct))["data"]!.AsArray().Count > 0) return;
        var key = await PoolAsync("Key accounts", agents.Take(2), ct);
        var everybody = await PoolAsync("Field team", agents, ct);
        await PostAsync("assignment", "/api/assignment/rules", new
        {
            name = "Partners go to key accounts",
            enabled = true,
            conditions = new[] { new { field = "source", op = "eq", value = "Partner" } },
            strategy = "least_loaded",
            poolId = key,
        }, ct);
        await PostAsync("assignment", "/api/assignment/rules", new
        {
            name = "Everybody else in turn",
            enabled = true,
            conditions = Array.Empty<object>(),
            strategy = "round_robin",
            poolId = everybody,
        }, ct);
    }

    private async Task<string> PoolAsync(string name, IEnumerable<Guid> agents, CancellationToken ct)
    {
        var pool = await PostAsync("assignment", "/api/assignment/pools", new { name }, ct);
        await SendAsync(HttpMethod.Put, "assignment", $"/api/assignment/pools/{pool["id"]}/members",
            agents.Select(userId => new { userId, weight = 1, available = true }), ct);
        return pool["id"]!.GetValue<string>();
    }

    private async Task LeadsAsync(CancellationToken ct)
    {
        if ((await GetAsync("leads", "/api/leads/leads/count", ct))["count"]!.GetValue<long>() > 0) return;
        var pipelines = (await GetAsync("leads", "/api/leads/pipelines", ct)).AsArray();
        var stages = pipelines.First(p => p!["isDefault"]!.GetValue<bool>())!["stages"]!.AsArray().Select(s => s!["id"]!.GetValue<string>()).ToList();
        await PostAsync("leads", "/api/leads/leads/batch", new { leads = DemoContent.Leads(stages) }, ct);
    }

    private async Task CampaignAsync(CancellationToken ct)
    {
        if ((await GetAsync("campaigns", "/api/campaigns/campaigns?limit=1", ct))["data"]!.AsArray().Count > 0) return;
        if (await DefaultBrandAsync(ct) is not { } brand) return;
        await PostAsync("campaigns", "/api/campaigns/campaigns", DemoContent.Campaign(brand["id"]!.GetValue<string>()), ct);
    }

    private Task<JsonNode> GetAsync(string service, string path, CancellationToken ct) => SendAsync(HttpMethod.Get, service, path, null, ct);

    private Task<JsonNode> PostAsync(string service, string path, object body, CancellationToken ct) => SendAsync(HttpMethod.Post, service, path, body, ct);

    private async Task<JsonNode> SendAsync(HttpMethod method, string service, string path, object? body, CancellationToken ct, string? version = null)
    {
        using var client = _clients.CreateClient(ClientOf(service));
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", $"\"{version}\"");
        if (body is not null) request.Content = JsonContent.Create(body, body.GetType());
        using var response = await client.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private static string ClientOf(string service) => "demo:" + service;
}

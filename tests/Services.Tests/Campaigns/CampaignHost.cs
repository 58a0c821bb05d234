using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Contracts.Campaigns;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;
using Tideline.Services.Tests.Worker;
using Tideline.Testing;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Campaigns with everything around it real, but identity and notifications.</summary>
public sealed class CampaignHost : IAsyncLifetime
{
    private readonly JobCluster _cluster = new();
    private readonly FakePost _post = new();
    private readonly Ear _ear = new();
    private JobHost? _host;

    internal JobHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync() => _host = await StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>Another process on the same databases.</summary>
    internal Task<JobHost> StartAsync() => _cluster.StartAsync(runsJobs: false, further:
    [
        new Tideline.Scheduler.SchedulerService(), new Tideline.Brands.BrandsService(), new Tideline.Leads.LeadsService(),
        new Tideline.Customers.CustomersService(), new Tideline.Campaigns.CampaignsService(), _post, _ear,
    ]);

    /// <summary>A workspace with a brand.</summary>
    internal async Task<Workspace> NewWorkspaceAsync()
    {
        var tenant = Guid.CreateVersion7();
        var client = Host.Client(tenant,
            "campaigns:read", "campaigns:write", "campaigns:send", "brands:read", "brands:write", "leads:read", "leads:write", "customers:read", "customers:write");
        var brand = await client.PostAsync("/api/brands/brands", new
        {
            name = "Northwind",
            isDefault = true,
            sender = new { fromName = "Northwind", fromEmail = "hello@northwind.example" },
        });
        return new Workspace(Host, tenant, client, brand["id"]!.GetValue<Guid>(), _post.Of(tenant), _ear);
    }
}

/// <summary>A tenant of a test.</summary>
internal sealed record Workspace(JobHost Host, Guid Tenant, ApiClient Client, Guid BrandId, Office Post, Ear Ear)
{
    /// <summary>Leads p0@ to pN@, resolved to customers.</summary>
    public async Task AddLeadsAsync(int count, string prefix = "p")
    {
        foreach (var part in Enumerable.Range(0, count).Chunk(1000))
            await Client.PostAsync("/api/leads/leads/batch", new
            {
                leads = part.Select(i => new { firstName = "Pat", lastName = $"{prefix}{i}", email = $"{prefix}{i}@example.com", company = "Acme", custom = new { plan = "gold" } }),
            });
        await Eventually.Get(
            () => Host.ScalarAsync<long>("leads", $"select count(*) from lead where tenant_id = '{Tenant}' and customer_id is null"), n => n == 0, "all leads resolved", TimeSpan.FromSeconds(60));
    }

    public Task<JsonNode> DraftAsync(object? audience = null, int? throttlePerMinute = null) => Client.PostAsync("/api/campaigns/campaigns", new
    {
        name = "Spring",
        subject = "Hello {{firstName}}",
        html = "<p>Dear {{firstName}} of {{company}}</p>",
        audience = audience ?? new { leadFilter = new { } },
        throttlePerMinute,
    });

    public async Task<Guid> StartedAsync(object? audience = null, int? throttlePerMinute = null)
    {
        var id = (await DraftAsync(audience, throttlePerMinute))["id"]!.GetValue<Guid>();
        await DoAsync(id, "start");
        return id;
    }

    public Task<JsonNode> DoAsync(Guid id, string verb, object? body = null) => Client.PostAsync($"/api/campaigns/campaigns/{id}/{verb}", body);

    public Task<JsonNode> GetAsync(Guid id) => Client.GetAsync($"/api/campaigns/campaigns/{id}");

    public Task<JsonNode> MonitorAsync(Guid id) => Client.GetAsync($"/api/campaigns/campaigns/{id}/monitor");

    public Task<JsonNode> InStatusAsync(Guid id, string status, double seconds = 30) =>
        Eventually.Get(() => GetAsync(id), c => c["status"]!.GetValue<string>() == status, $"status {status}", TimeSpan.FromSeconds(seconds));

    public async Task<List<JsonNode>> RecipientsAsync(Guid id, string? status = null)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await Client.GetAsync($"/api/campaigns/campaigns/{id}/recipients?limit=200&status={status}" + (cursor is null ? "" : "&cursor=" + cursor));
            all.AddRange(page["data"]!.AsArray().Select(r => r!));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        return all;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> TryAsync(HttpMethod method, string path, object? body = null)
    {
        using var response = await Client.SendAsync(method, "/api/campaigns" + path, body);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    /// <summary>Tells facts as notifications would.</summary>
    public async Task TellAsync(IEnumerable<IEvent> facts)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(Tenant);
        var db = scope.ServiceProvider.GetRequiredService<PostDb>();
        foreach (var fact in facts) db.Publish(fact);
        await db.SaveChangesAsync();
    }

    /// <summary>Runs in a scope of the tenant, behind the API.</summary>
    public async Task InScopeAsync(Func<IServiceProvider, Task> work)
    {
        await using var scope = Host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(Tenant);
        Platform.Clients.ServiceFlow.Enter("campaigns", Tenant);
        await work(scope.ServiceProvider);
    }

    public static long Number(JsonNode node, string name) => node[name]!.GetValue<long>();
}

/// <summary>Hears what campaigns tells.</summary>
internal sealed class Ear : IService
{
    public System.Collections.Concurrent.ConcurrentQueue<(Guid Tenant, IEvent Event)> Heard { get; } = new();

    public string Name => "ear";

    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddSingleton(this);
        svc.AddDatabase<EarDb>().Handles<CampaignStarted, Listen>().Handles<CampaignPaused, Listen>().Handles<CampaignCompleted, Listen>();
    }

    public void Map(ServiceRoutes routes)
    {
    }

    public IReadOnlyList<T> Of<T>(Guid tenant) => [.. Heard.Where(h => h.Tenant == tenant).Select(h => h.Event).OfType<T>()];
}

internal sealed class EarDb(Microsoft.EntityFrameworkCore.DbContextOptions<EarDb> options, Caller caller) : Platform.Data.ServiceDb(options, caller);

internal sealed class Listen(Ear ear, Caller caller) : IHandle<CampaignStarted>, IHandle<CampaignPaused>, IHandle<CampaignCompleted>
{
    public Task HandleAsync(CampaignStarted happened, CancellationToken ct) => HearAsync(happened);

    public Task HandleAsync(CampaignPaused happened, CancellationToken ct) => HearAsync(happened);

    public Task HandleAsync(CampaignCompleted happened, CancellationToken ct) => HearAsync(happened);

    private Task HearAsync(IEvent happened)
    {
        ear.Heard.Enqueue((caller.TenantId, happened));
        return Task.CompletedTask;
    }
}

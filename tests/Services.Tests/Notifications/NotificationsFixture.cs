using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tideline.Contracts.Notifications;
using Tideline.Platform.Data;
using Tideline.Services.Tests.Notifications;
using Tideline.Services.Tests.Notifications.Email;
using Tideline.Testing;

[assembly: AssemblyFixture(typeof(NotificationsFixture))]

namespace Tideline.Services.Tests.Notifications;

/// <summary>Two platforms, one with the sandbox and one with a relay, each started when the first test asks for it.</summary>
public sealed class NotificationsFixture : IAsyncLifetime
{
    private readonly Lazy<Task<TestPlatform>> _sandbox;
    private readonly Lazy<Task<TestPlatform>> _smtp;
    private readonly Lazy<ScriptedSmtpServer> _relay;

    public NotificationsFixture()
    {
        _relay = new(() => new ScriptedSmtpServer(RelayScript.RunAsync));
        _sandbox = new(() => TestPlatform.StartAsync(settings: Settings()));
        _smtp = new(() => TestPlatform.StartAsync(settings: Settings(
            ("Services:notifications:Mode", "smtp"),
            ("Services:notifications:PublicUrl", "https://mail.example.com"),
            ("Services:notifications:Smtp:Host", "127.0.0.1"),
            ("Services:notifications:Smtp:Port", _relay.Value.Port.ToString()),
            ("Services:notifications:Smtp:Security", "None"))));
    }

    internal ScriptedSmtpServer Relay => _relay.Value;

    internal async Task<MailTenant> SandboxTenantAsync() => await MailTenant.CreateAsync(await _sandbox.Value);

    internal async Task<MailTenant> SmtpTenantAsync() => await MailTenant.CreateAsync(await _smtp.Value);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_sandbox.IsValueCreated) await (await _sandbox.Value).DisposeAsync();
        if (_smtp.IsValueCreated) await (await _smtp.Value).DisposeAsync();
        if (_relay.IsValueCreated) await _relay.Value.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            // For as long as the service that asks for campaigns' messages is not part of the catalogue.
            ["Services:campaigns:Secret"] = "the-secret-of-campaigns-in-tests-0123456789",
            ["Services:notifications:RetryFrom"] = "00:00:00.100",
            ["Services:notifications:AssignmentDigest"] = "00:00:01",
            ["Services:notifications:ImportDigest"] = "00:00:01",
        };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }
}

/// <summary>What the relay of the tests does, by the local part of the recipient.</summary>
internal static class RelayScript
{
    private static readonly ConcurrentDictionary<string, int> Tries = new();

    public static Task RunAsync(ScriptedSmtpServer.Talk talk)
    {
        var to = "";
        return talk.ServeAsync(line =>
        {
            if (line.StartsWith("RCPT TO:<", StringComparison.OrdinalIgnoreCase))
            {
                to = line[9..line.IndexOf('>', StringComparison.Ordinal)];
                var tries = Tries.AddOrUpdate(to, 1, (_, n) => n + 1);
                if (to.StartsWith("gone-", StringComparison.Ordinal)) return "550 5.1.1 User unknown";
                if (to.StartsWith("full-", StringComparison.Ordinal)) return "552 5.2.2 Mailbox full";
                if (to.StartsWith("later-", StringComparison.Ordinal) && tries == 1) return "451 4.7.1 Greylisted, try again";
            }
            if (line == "." && to.StartsWith("cut-", StringComparison.Ordinal)) talk.Reset();
            return null;
        });
    }

    /// <summary>How often the relay was offered a message for this address.</summary>
    public static int TriesFor(string address) => Tries.GetValueOrDefault(address);
}

/// <summary>A tenant with its default brand, and campaigns' way into notifications.</summary>
internal sealed record MailTenant(TestPlatform Platform, ApiClient Api, NotificationsClient Campaigns, Guid BrandId)
{
    public const string Html = "<p>Hello {{firstName}}, <a href=\"https://example.com/offer?a=1&amp;b=2\">see the offer</a>.</p>";

    public Guid Id => Api.TenantId;

    public static async Task<MailTenant> CreateAsync(TestPlatform platform)
    {
        var api = await platform.NewTenantAsync();
        var brands = await Eventually.Get(() => api.GetAsync("/api/brands/brands"), b => b["data"]!.AsArray().Count > 0, "the default brand");
        return new MailTenant(platform, api, new NotificationsClient(await CampaignsHttpAsync(platform, api.TenantId)), brands["data"]![0]!["id"]!.GetValue<Guid>());
    }

    /// <summary>A batch, and its id.</summary>
    public async Task<Guid> BatchAsync(string html = Html, string subject = "News for {{firstName}}")
    {
        var id = Guid.CreateVersion7();
        await Campaigns.PutBatchAsync(new MessageBatch { BatchId = id, CampaignId = id, BrandId = BrandId, Subject = subject, Html = html, Preheader = "Just for you" }, default);
        return id;
    }

    public static HandOver To(string address, string? traceparent = null) => new(Guid.CreateVersion7(), address, "Ada Lovelace", null, null,
        new Dictionary<string, string> { ["firstName"] = "Ada", ["custom.plan"] = "gold" }, traceparent);

    /// <summary>Messages to addresses that nobody else's test uses.</summary>
    public static List<HandOver> Many(int count)
    {
        var unique = Guid.NewGuid().ToString("n")[..8];
        return [.. Enumerable.Range(0, count).Select(i => To($"p{i}-{unique}@example.com"))];
    }

    /// <summary>Waits until the batch has so many messages in each of these states and none elsewhere.</summary>
    public Task<JsonNode> InStatesAsync(Guid campaign, params (string Status, int Count)[] expected) => Eventually.Get(
        async () => (await Api.GetAsync($"/api/notifications/messages/summary?campaignId={campaign}"))["byStatus"]!,
        by => by.AsObject().Count == expected.Length && expected.All(e => by[e.Status]?.GetValue<int>() == e.Count),
        "messages in states " + string.Join(", ", expected), TimeSpan.FromSeconds(30));

    /// <summary>Waits until one message is in a state.</summary>
    public Task<JsonNode> InStateAsync(Guid message, string status) => Eventually.Get(
        () => Api.GetAsync($"/api/notifications/messages/{message}"), m => m["status"]!.GetValue<string>() == status, $"message in state {status}");

    /// <summary>Hands one message over and waits for its state.</summary>
    public async Task<JsonNode> SendOneAsync(Guid batch, HandOver message, string status)
    {
        await Campaigns.HandOverAsync(batch, [message], default);
        return await InStateAsync(message.MessageId, status);
    }

    /// <summary>The events of a type about a message or address, with their traces, once there are at least so many.</summary>
    public Task<List<(JsonNode Payload, string? Traceparent)>> EventsAsync(string type, string key, int atLeast = 1) =>
        Eventually.Get(() => EventsNowAsync(type, key), e => e.Count >= atLeast, $"{atLeast} × {type} for {key}");

    public async Task<List<(JsonNode Payload, string? Traceparent)>> EventsNowAsync(string type, string? key)
    {
        var sql = $"select payload, traceparent from log where tenant_id = '{Id}' and type = '{type}'" + (key is null ? "" : $" and key = '{key}'");
        return await QueryAsync("bus", sql, row => (JsonNode.Parse(row.GetString(0))!, row.IsDBNull(1) ? null : row.GetString(1)));
    }

    /// <summary>Looks, or interferes, behind all doors.</summary>
    public async Task<List<T>> QueryAsync<T>(string service, string sql, Func<NpgsqlDataReader, T> row)
    {
        var database = new NpgsqlConnectionStringBuilder(Platform.Services.GetRequiredService<DatabaseDirectory>().For(service).Application).Database;
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync()) { Database = database, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(row(reader));
        return rows;
    }

    public Task ExecuteAsync(string sql) => QueryAsync("notifications", sql, _ => 0);

    // Services call each other with their own tokens; the tests stand in for campaigns.
    private static async Task<HttpClient> CampaignsHttpAsync(TestPlatform platform, Guid tenant)
    {
        var http = platform.Services.GetRequiredService<IHttpClientFactory>().CreateClient("identity-bootstrap");
        var secret = platform.Services.GetRequiredService<IConfiguration>()["Services:campaigns:Secret"];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/identity/service-token");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"campaigns:{secret}")));
        using var response = await http.SendAsync(request);
        var token = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token!["accessToken"]!.GetValue<string>());
        http.DefaultRequestHeaders.Add("Tideline-Tenant", tenant.ToString());
        return http;
    }
}

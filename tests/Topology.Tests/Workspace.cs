using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tideline.Services.Tests.Notifications.Email;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>What people do in a workspace, through the public API and the mail that reaches them.</summary>
internal sealed partial class Workspace(Shape shape, ApiClient owner)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(4);

    public ApiClient Owner => owner;

    public static async Task<Workspace> OpenAsync(Shape shape) => new(shape, await shape.Gateway.NewTenantAsync());

    /// <summary>Invites agents; each follows the link in the mail that came out of the relay.</summary>
    public async Task<List<Guid>> HireAsync(int count)
    {
        var unique = Guid.NewGuid().ToString("n")[..10];
        var agents = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var email = $"agent{i}-{unique}@example.net";
            await owner.PostAsync("/api/identity/invitations", new { email, role = "agent" });
            var mail = await Eventually.Get(() => Task.FromResult(shape.Sink.Messages.FirstOrDefault(m => m.Contains(email, StringComparison.Ordinal))), m => m is not null,
                "the invitation by mail", TimeSpan.FromSeconds(60));
            var parsed = await PythonMail.ParseAsync(System.Text.Encoding.UTF8.GetBytes(mail!));
            var token = InvitationToken().Match(parsed.Text!).Groups[1].Value;
            var session = await shape.Gateway.Anonymous().PostAsync("/api/identity/invitations/accept", new { token, name = "Agent " + i, password = "a quiet harbour " + unique });
            agents.Add(session["user"]!["id"]!.GetValue<Guid>());
        }
        return agents;
    }

    /// <summary>A pool of these agents, and a rule that gives them everybody in turn.</summary>
    public async Task RouteToAsync(IReadOnlyList<Guid> agents)
    {
        var pool = await owner.PostAsync("/api/assignment/pools", new { name = "Everybody" });
        await owner.PutAsync($"/api/assignment/pools/{pool["id"]}/members", agents.Select(userId => new { userId, weight = 1, available = true }));
        await owner.PostAsync("/api/assignment/rules", new { name = "In turn", enabled = true, conditions = Array.Empty<object>(), strategy = "round_robin", poolId = pool["id"] });
    }

    /// <summary>Uploads a file, takes the suggested mapping, starts.</summary>
    public async Task<string> StartImportAsync(byte[] csv, string name = "leads.csv")
    {
        using var form = new MultipartFormDataContent();
        var file = new ByteArrayContent(csv);
        file.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        form.Add(file, "file", name);
        using var answer = await owner.Http.PostAsync("/api/leads/imports", form);
        var import = await ApiClient.ReadAsync(answer);
        var id = import["id"]!.GetValue<string>();
        var columns = import["columns"]!.AsArray().Select(c => new
        {
            index = c!["index"]!.GetValue<int>(),
            field = c["suggestedField"]?.GetValue<string>(),
            customName = c["suggestedField"]?.GetValue<string>() == "custom" ? c["name"]!.GetValue<string>() : null,
        });
        await owner.PutAsync($"/api/leads/imports/{id}/mapping", new { columns, duplicatePolicy = "update" });
        await owner.PostAsync($"/api/leads/imports/{id}/start");
        return id;
    }

    /// <summary>The import once it has come to its end.</summary>
    public async Task<JsonNode> ImportedAsync(string id)
    {
        var import = await Eventually.Get(() => owner.GetAsync($"/api/leads/imports/{id}"),
            i => i["status"]!.GetValue<string>() is "completed" or "failed" or "cancelled", "the import ends", Long);
        Assert.True(import["status"]!.GetValue<string>() == "completed", import.ToJsonString());
        return import;
    }

    /// <summary>Waits until no lead is without an owner; returns how many each agent has.</summary>
    public async Task<List<long>> AllAssignedAsync(long leads)
    {
        await Eventually.Get(() => owner.GetAsync("/api/leads/summary"),
            s => s["total"]!.GetValue<long>() == leads && s["unassigned"]!.GetValue<long>() == 0, "every lead has an owner", Long);
        var members = (await owner.GetAsync("/api/identity/members"))["data"]!.AsArray();
        var counts = new List<long>();
        foreach (var member in members.Where(m => m!["role"]!.GetValue<string>() == "agent"))
            counts.Add((await owner.GetAsync($"/api/leads/leads/count?ownerId={member!["userId"]}"))["count"]!.GetValue<long>());
        return counts;
    }

    /// <summary>A campaign to everybody, in a brand of our own.</summary>
    public async Task<string> WriteCampaignAsync(string subject)
    {
        var brand = (await Eventually.Get(() => owner.GetAsync("/api/brands/brands"), b => b["data"]!.AsArray().Count > 0, "the first brand"))["data"]![0]!;
        using var edit = new HttpRequestMessage(HttpMethod.Patch, $"/api/brands/brands/{brand["id"]}");
        edit.Headers.TryAddWithoutValidation("If-Match", $"\"{brand["version"]}\"");
        edit.Content = System.Net.Http.Json.JsonContent.Create(new
        {
            primaryColor = "#0a7f5a",
            legalName = "Harbour & Sons Ltd",
            postalAddress = "1 Quay Street",
            sender = new { fromName = "Harbour", fromEmail = "news@harbour.example" },
        });
        using var edited = await owner.Http.SendAsync(edit);
        await ApiClient.ReadAsync(edited);
        var campaign = await owner.PostAsync("/api/campaigns/campaigns", new
        {
            name = subject,
            channel = "email",
            brandId = brand["id"]!.GetValue<string>(),
            subject = subject + " for {{firstName}}",
            preheader = "News",
            html = "<h1>Hello {{firstName}} {{lastName}}</h1><p>Your <a href=\"https://harbour.example/offer\">offer</a> for {{company}}.</p>",
            audience = new { leadFilter = new { } },
        });
        return campaign["id"]!.GetValue<string>();
    }

    public Task<JsonNode> MonitorAsync(string campaign) => owner.GetAsync($"/api/campaigns/campaigns/{campaign}/monitor");

    /// <summary>The monitor once nothing of the campaign is open any more.</summary>
    public Task<JsonNode> CompletedAsync(string campaign) => Eventually.Get(() => MonitorAsync(campaign), m => m["status"]!.GetValue<string>() == "completed", "the campaign ends", Long);

    /// <summary>What the relay took of a campaign, read by a parser that is not ours.</summary>
    public async Task<ParsedMail[]> MailsAsync(string subject) =>
        [.. (await PythonMail.ParseAllAsync(shape.Sink.RawMessages.ToList())).Where(m => m.Headers.GetValueOrDefault("Subject", "").StartsWith(subject, StringComparison.Ordinal))];

    [GeneratedRegex(@"accept-invitation\?token=([A-Za-z0-9_\-\.]+)")]
    private static partial Regex InvitationToken();
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Architecture.Tests.Isolation;

/// <summary>
/// A workspace with something of everything: each endpoint that creates is called once, by itself or as <see cref="Stated"/> says, and all
/// texts hold one word that occurs nowhere else.
/// </summary>
internal sealed class SeededWorkspace
{
    private readonly ArchitectureFixture _fixture;
    private readonly HashSet<string> _ids = [];

    private SeededWorkspace(ArchitectureFixture fixture, ApiClient client)
    {
        (_fixture, Client) = (fixture, client);
        Marker = "Zanzibar" + Guid.NewGuid().ToString("n")[..8];
        foreach (var name in (string[])["userId", "ownerId", "agentId"]) Known[name] = client.UserId;
        Bodies = new SampleBody(Known, Marker);
    }

    public ApiClient Client { get; }

    /// <summary>In every text of this workspace and in none of another.</summary>
    public string Marker { get; }

    /// <summary>Ids by the name under which requests ask for them: leadId, poolId.</summary>
    public Dictionary<string, JsonNode> Known { get; } = new(StringComparer.OrdinalIgnoreCase);

    public SampleBody Bodies { get; }

    /// <summary>Ids of this workspace in each service's database.</summary>
    public Dictionary<string, IReadOnlyList<string>> Ids { get; } = [];

    /// <summary>What could not be made, and why.</summary>
    public List<string> NotMade { get; } = [];

    public bool Owns(string id) => _ids.Contains(id);

    public static async Task<SeededWorkspace> MakeAsync(ArchitectureFixture fixture)
    {
        var workspace = new SeededWorkspace(fixture, await fixture.Platform.NewTenantAsync());
        await workspace.FillAsync();
        return workspace;
    }

    /// <summary>Bodies of requests whose types do not tell what they need.</summary>
    public JsonNode? Stated(string operation)
    {
        JsonNode Id(string name) => Known.TryGetValue(name, out var id) ? id.DeepClone() : Guid.NewGuid();
        return operation switch
        {
            "createLead" => new JsonObject { ["email"] = Address(), ["firstName"] = Marker, ["company"] = Marker, ["phone"] = "+14155550" + Random.Shared.Next(100, 999) },
            "createLeads" => new JsonObject { ["leads"] = new JsonArray(new JsonObject { ["email"] = Address(), ["firstName"] = Marker }) },
            "editLeads" => new JsonObject { ["ids"] = new JsonArray(Id("leadId")), ["set"] = new JsonObject { ["ownerId"] = Id("userId") } },
            "addLeadActivity" => new JsonObject { ["type"] = "note", ["text"] = Marker },
            "moveLead" => new JsonObject { ["stageId"] = Id("stageId") },
            "replaceStages" => new JsonArray(new JsonObject { ["name"] = Marker, ["probability"] = 10, ["status"] = "new" }),
            "createBrand" => new JsonObject { ["name"] = Marker },
            "createPool" => new JsonObject { ["name"] = Marker, ["members"] = new JsonArray(new JsonObject { ["userId"] = Id("userId") }) },
            "setPoolMembers" => new JsonArray(new JsonObject { ["userId"] = Id("userId") }),
            "createRule" => new JsonObject { ["name"] = Marker, ["conditions"] = new JsonArray(), ["strategy"] = "round_robin", ["poolId"] = Id("poolId"), ["enabled"] = true },
            "dryRunRules" => new JsonObject { ["leadId"] = Id("leadId") },
            "orderRules" => new JsonObject { ["ids"] = new JsonArray(Id("ruleId")) },
            "mapImport" => new JsonObject
            {
                ["columns"] = new JsonArray(new JsonObject { ["index"] = 0, ["field"] = "firstName" }, new JsonObject { ["index"] = 1, ["field"] = "email" }),
                ["duplicatePolicy"] = "update",
            },
            "stateConsent" => new JsonObject { ["channel"] = "email", ["state"] = "granted" },
            "createSchedule" => new JsonObject { ["name"] = Marker, ["everySeconds"] = 86_400, ["target"] = new JsonObject { ["event"] = Marker } },
            "createInvitation" => new JsonObject { ["email"] = Address(), ["role"] = "agent" },
            "createApiKey" => new JsonObject { ["name"] = Marker, ["permissions"] = new JsonArray("leads:read") },
            "createRole" => new JsonObject { ["name"] = Marker.ToLowerInvariant(), ["description"] = Marker, ["permissions"] = new JsonArray("leads:read") },
            "updateRole" => new JsonObject { ["description"] = Marker },
            "updateMember" => new JsonObject { ["role"] = "agent" },
            "createCampaign" => new JsonObject
            {
                ["name"] = Marker,
                ["channel"] = "email",
                ["brandId"] = Id("brandId"),
                ["subject"] = Marker,
                ["html"] = $"<p>{Marker}</p>",
                ["audience"] = new JsonObject { ["leadFilter"] = new JsonObject() },
            },
            "scheduleCampaign" => new JsonObject { ["at"] = DateTimeOffset.UtcNow.AddDays(2) },
            _ when operation.StartsWith("test", StringComparison.Ordinal) && operation.EndsWith("Campaign", StringComparison.Ordinal)
                || operation == "sendCampaignTest" => new JsonObject { ["to"] = new JsonArray(Address()) },
            _ => null,
        };
    }

    /// <summary>What an endpoint is called with.</summary>
    /// <param name="route">The endpoint.</param>
    /// <param name="marker">The word in the texts; a stranger who names our ids brings texts of their own.</param>
    public HttpContent? ContentFor(Route route, string? marker = null)
    {
        marker ??= Marker;
        if (route.Method is "GET" or "DELETE") return null;
        if (route.ContentTypes.Any(t => t.StartsWith("multipart/", StringComparison.Ordinal)) || route.Name is "uploadImport" or "createImport") return File(marker);
        var body = (route.Name is { } name ? Stated(name) : null) ?? (route.Body is { } type ? Bodies.Of(type) : new JsonObject());
        var text = (body ?? new JsonObject()).ToJsonString();
        if (marker != Marker) text = text.Replace(Marker, marker, StringComparison.OrdinalIgnoreCase);
        return new StringContent(text, Encoding.UTF8, "application/json");
    }

    private static MultipartFormDataContent File(string marker)
    {
        var file = new ByteArrayContent(Encoding.UTF8.GetBytes($"first name,email\n{marker},{Address(marker)}\n"));
        file.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return new MultipartFormDataContent { { file, "file", marker + ".csv" } };
    }

    private string Address() => Address(Marker);

    private static string Address(string marker) => $"{marker}.{Guid.NewGuid().ToString("n")[..8]}@example.com".ToLowerInvariant();

    private async Task FillAsync()
    {
        if (_fixture.Routes.Any(r => r.Name == "listPipelines"))
        {
            // Stages come with the workspace; a request for one can be made before anything else is there.
            var pipelines = await Eventually.Get(() => Client.GetAsync("/api/leads/pipelines"), p => Rows(p) is { Count: > 0 }, "the first pipeline");
            var pipeline = Rows(pipelines)![0]!;
            (Known["pipelineId"], Known["stageId"]) = (pipeline["id"]!.DeepClone(), pipeline["stages"]![0]!["id"]!.DeepClone());
        }
        var open = _fixture.Routes.Where(r => r is { IsPublic: true, Method: "POST", HasId: false, Parameters.Count: 0, Name: not null, Rule: AccessRule.Permission } && Makes(r)).ToList();
        // What needs the id of another thing comes after it.
        for (var before = -1; before != open.Count && open.Count > 0;)
        {
            before = open.Count;
            foreach (var route in open.Where(r => Stated(r.Name!) is not null || r.Body is null || Bodies.Of(r.Body) is not null).OrderBy(r => r.Name is "createRule" or "createCampaign").ToList())
            {
                open.Remove(route);
                await MakeAsync(route);
            }
        }
        foreach (var route in open) NotMade.Add($"{route}: nothing makes what it needs");
        foreach (var route in _fixture.Routes.Where(r => r.Name is "addLeadActivity")) await CallAsync(route);
        await SettleAsync();
        foreach (var registration in _fixture.Registrations)
        {
            var ids = await IdsAsync(_fixture.ConnectionsOf(registration.Name).Owner, registration.Name);
            Ids[registration.Name] = ids;
            _ids.UnionWith(ids);
        }
    }

    private static bool Makes(Route route) =>
        route.Name!.StartsWith("create", StringComparison.Ordinal) || route.Name.StartsWith("add", StringComparison.Ordinal) || route.Name.StartsWith("upload", StringComparison.Ordinal);

    private async Task MakeAsync(Route route)
    {
        var (status, text) = await CallAsync(route);
        if (status is < 200 or > 299)
        {
            NotMade.Add($"{route}: {status} {text}");
            return;
        }
        var noun = new string([.. route.Name!.SkipWhile(char.IsLower)]);
        if (JsonNode.Parse(text) is JsonObject made && made["id"] is { } id) Known[noun + "Id"] = id.DeepClone();
    }

    private async Task<(int Status, string Text)> CallAsync(Route route)
    {
        using var response = await Client.SendAsync(new HttpMethod(route.Method), route.Path(p => Known.TryGetValue(p == "id" ? IdName(route) : p, out var id) ? id.ToString() : "x"), ContentFor(route));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>/leads/{id}/activities asks for a leadId.</summary>
    private static string IdName(Route route)
    {
        var parts = route.Pattern.Split('/');
        var at = Array.FindIndex(parts, p => p.StartsWith("{id", StringComparison.Ordinal));
        return parts[at - 1].TrimEnd('s') + "Id";
    }

    /// <summary>The lead has gone through customers and assignment and back: the bus has nothing left to tell.</summary>
    private async Task SettleAsync()
    {
        if (!Known.TryGetValue("leadId", out var lead)) return;
        var settled = await Eventually.Get(() => Client.GetAsync($"/api/leads/leads/{lead}"), l => l["customerId"] is not null && l["ownerId"] is not null, "the lead's customer and owner");
        Known["customerId"] = settled["customerId"]!.DeepClone();
        // The invitation has been mailed, into the sandbox, and the lead's owner told.
        foreach (var (operation, what) in (IEnumerable<(string, string)>)[("listSandboxMessages", "the mail"), ("listInbox", "the notice")])
            if (_fixture.Routes.FirstOrDefault(r => r.Name == operation) is { } list)
                await Eventually.Get(() => Client.GetAsync(list.Path(_ => "")), l => Rows(l) is { Count: > 0 }, what);
    }

    private static JsonArray? Rows(JsonNode answer) => answer as JsonArray ?? answer["data"] as JsonArray;

    /// <summary>Every id in a row of this tenant, whatever its table: read in the system scope, which the test borrows from the owner.</summary>
    private async Task<IReadOnlyList<string>> IdsAsync(string ownerConnection, string service)
    {
        var admin = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync()) { Database = new NpgsqlConnectionStringBuilder(ownerConnection).Database, Pooling = false };
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync();
        var columns = new List<(string Table, string Column)>();
        await using (var command = new NpgsqlCommand("""
            select c.relname, a.attname from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.atttypid = 'uuid'::regtype and a.attname <> 'tenant_id' and not a.attisdropped
            where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and c.relname <> 'outbox'
              and exists (select 1 from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
            """, connection))
        await using (var reader = await command.ExecuteReaderAsync())
            while (await reader.ReadAsync()) columns.Add((reader.GetString(0), reader.GetString(1)));
        var ids = new HashSet<string>();
        foreach (var (table, column) in columns)
        {
            await using var command = new NpgsqlCommand($"select distinct \"{column}\" from \"{table}\" where tenant_id = $1 and \"{column}\" is not null limit 10", connection)
            {
                Parameters = { new() { Value = Client.TenantId } },
            };
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync()) ids.Add(reader.GetGuid(0).ToString());
        }
        if (ids.Count == 0) NotMade.Add($"{service}: has no row of the workspace");
        return [.. ids.Order(StringComparer.Ordinal)];
    }
}

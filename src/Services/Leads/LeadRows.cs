using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Leads.Timeline;
using Tideline.Platform.Data;
using Tideline.Platform.Events;

namespace Tideline.Leads;

/// <summary>Leads, their identities, timeline and events, gathered to be written by one statement a table.</summary>
internal sealed class Rows
{
    private readonly List<Lead> _created = [];
    private readonly List<Lead> _updated = [];
    private readonly List<LeadActivity> _activities = [];
    private readonly List<IEvent> _events = [];

    public void Add(Lead lead, string stage, LeadActivity activity)
    {
        _created.Add(lead);
        _activities.Add(activity);
        _events.Add(new LeadCreated { Lead = lead.Snapshot(stage), ImportId = lead.ImportId });
    }

    public void Update(Lead lead, string stage, IReadOnlyList<FieldChange> changes, LeadActivity activity)
    {
        _updated.Add(lead);
        _activities.Add(activity);
        _events.Add(new LeadUpdated { Lead = lead.Snapshot(stage), Changed = [.. changes.Select(c => c.Field).Distinct()] });
    }

    /// <summary>The statements, each with the JSON that is its only parameter.</summary>
    public IEnumerable<(string Sql, string Json)> Statements(Guid tenant)
    {
        if (_created.Count > 0) yield return (LeadRows.Insert, LeadRows.Json(_created));
        if (_updated.Count > 0) yield return (LeadRows.Update, LeadRows.Json(_updated));
        var identities = _created.Concat(_updated).SelectMany(l => l.Identities().Select(i => new { tenant_id = l.TenantId, kind = i.Kind, value = i.Value, lead_id = l.Id }));
        if (_created.Count > 0) yield return (LeadRows.InsertIdentities, JsonSerializer.Serialize(identities));
        else if (_updated.Count > 0) yield return (LeadRows.AddIdentities, JsonSerializer.Serialize(identities));
        if (_activities.Count > 0) yield return (LeadRows.InsertActivities, LeadRows.Json(_activities));
        if (_events.Count > 0) yield return (OutboxSql.Insert, OutboxSql.Json(_events, tenant));
    }

    public async Task WriteAsync(ServiceTransaction transaction, Guid tenant, CancellationToken ct)
    {
        foreach (var (sql, json) in Statements(tenant))
        {
            await using var command = new NpgsqlCommand(sql, transaction.Connection) { Parameters = { new() { Value = json, NpgsqlDbType = NpgsqlDbType.Json } } };
            await command.ExecuteNonQueryAsync(ct);
        }
    }
}

/// <summary>Leads to and from rows, in bulk. (COPY is not allowed into tables with row-level security; JSON records are the next best thing.)</summary>
internal static class LeadRows
{
    private const string Columns = """
        tenant_id, id, first_name, last_name, display_name, company, email, email_raw, email2, email2_raw, phone, phone_raw, phone2, phone2_raw,
        website, country, source, pipeline_id, stage_id, status, lost_reason, value_amount, value_currency, owner_id, customer_id, score, notes, custom,
        import_id, created_by, created_at, updated_at
        """;

    public const string Insert = $"""
        insert into lead ({Columns}) select {Columns} from json_to_recordset($1::json) as r (
            tenant_id uuid, id uuid, first_name text, last_name text, display_name text, company text, email text, email_raw text, email2 text, email2_raw text,
            phone text, phone_raw text, phone2 text, phone2_raw text, website text, country text, source text, pipeline_id uuid, stage_id uuid, status text,
            lost_reason text, value_amount bigint, value_currency text, owner_id uuid, customer_id uuid, score int, notes text, custom jsonb,
            import_id uuid, created_by uuid, created_at timestamptz, updated_at timestamptz)
        """;

    /// <summary>For one lead; answers its version.</summary>
    public const string InsertOne = Insert + " returning xmin";

    public const string Update = """
        update lead l set first_name = r.first_name, last_name = r.last_name, display_name = r.display_name, company = r.company,
            email = r.email, email_raw = r.email_raw, email2 = r.email2, email2_raw = r.email2_raw, phone = r.phone, phone_raw = r.phone_raw,
            phone2 = r.phone2, phone2_raw = r.phone2_raw, website = r.website, country = r.country, source = r.source,
            value_amount = r.value_amount, value_currency = r.value_currency, notes = r.notes, custom = r.custom, updated_at = r.updated_at
        from json_to_recordset($1::json) as r (
            tenant_id uuid, id uuid, first_name text, last_name text, display_name text, company text, email text, email_raw text, email2 text, email2_raw text,
            phone text, phone_raw text, phone2 text, phone2_raw text, website text, country text, source text,
            value_amount bigint, value_currency text, notes text, custom jsonb, updated_at timestamptz)
        where l.tenant_id = r.tenant_id and l.id = r.id
        """;

    public const string InsertIdentities = """
        insert into lead_identity (tenant_id, kind, value, lead_id)
        select tenant_id, kind, value, lead_id from json_to_recordset($1::json) as r (tenant_id uuid, kind text, value text, lead_id uuid)
        order by kind, value
        """;

    /// <summary>For leads that have some of them already. One that is another lead's is refused: the caller has left it out, unless it was taken a moment ago.</summary>
    public const string AddIdentities = """
        insert into lead_identity (tenant_id, kind, value, lead_id)
        select tenant_id, kind, value, lead_id from json_to_recordset($1::json) as r (tenant_id uuid, kind text, value text, lead_id uuid)
        where not exists (select 1 from lead_identity i where i.tenant_id = r.tenant_id and i.kind = r.kind and i.value = r.value and i.lead_id = r.lead_id)
        order by kind, value
        """;

    public const string InsertActivities = """
        insert into lead_activity (tenant_id, id, lead_id, type, at, actor_id, actor_kind, summary, changes, data)
        select tenant_id, id, lead_id, type, at, actor_id, actor_kind, summary, changes::jsonb, data::jsonb from json_to_recordset($1::json) as r (
            tenant_id uuid, id uuid, lead_id uuid, type text, at timestamptz, actor_id uuid, actor_kind text, summary text, changes text, data text)
        """;

    private static readonly JsonSerializerOptions Names = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Json<T>(IReadOnlyList<T> rows) => JsonSerializer.Serialize(rows, Names);

    /// <summary>Leads by id, as JSON records turned back; the caller has locked them.</summary>
    public static async Task<Dictionary<Guid, Lead>> ReadAsync(ServiceTransaction transaction, Guid[] ids, CancellationToken ct)
    {
        await using var command = transaction.Command(
            $"select row_to_json(l) from (select {Columns} from lead where tenant_id = current_setting('tideline.tenant')::uuid and id = any($1)) l", ids);
        var leads = new Dictionary<Guid, Lead>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var lead = JsonSerializer.Deserialize<Lead>(reader.GetString(0), Reading)!;
            leads[lead.Id] = lead;
        }
        return leads;
    }

    private static readonly JsonSerializerOptions Reading = CreateReading();

    private static JsonSerializerOptions CreateReading()
    {
        // Private setters are the entity's rule for its users, not for its storage.
        var resolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(type =>
        {
            if (type.Type != typeof(Lead)) return;
            foreach (var property in type.Properties)
                property.Set ??= typeof(Lead).GetProperties().FirstOrDefault(p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name) == property.Name)
                    is { CanWrite: true } clr ? clr.SetValue : null;
        });
        return new JsonSerializerOptions(Names) { TypeInfoResolver = resolver };
    }
}

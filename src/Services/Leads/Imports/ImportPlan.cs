using Tideline.Contracts;
using Tideline.Leads.Pipelines;

namespace Tideline.Leads.Imports;

/// <summary>How the rows of one import become drafts of leads.</summary>
internal sealed class ImportPlan
{
    private readonly LeadImport _import;
    private readonly Dictionary<string, Guid> _stages = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _stageColumn;

    private ImportPlan(LeadImport import, LeadMapping mapping, IReadOnlyList<Stage> stages)
    {
        (_import, Mapping) = (import, mapping);
        string[] names = [.. import.Columns.Select(c => c.Name)];
        Reader = new LeadRowReader(mapping, names);
        foreach (var stage in stages) _stages.TryAdd(stage.Name, stage.Id);
        // What somebody chose goes before what is called the same. A stage deleted since is none.
        foreach (var (words, id) in import.Mapping?.StageMapping ?? new Dictionary<string, Guid>())
            if (stages.Any(s => s.Id == id)) _stages[words.Trim()] = id;
        var column = mapping.Columns.FirstOrDefault(c => c.Field is LeadField.Stage)?.Index;
        var name = column is { } index && index < names.Length ? names[index] : "Stage";
        _stageColumn = name.Length > LeadLimits.CustomName ? name[..LeadLimits.CustomName] : name;
    }

    public LeadMapping Mapping { get; }

    public LeadRowReader Reader { get; }

    public DuplicatePolicy Policy => _import.Mapping?.DuplicatePolicy ?? DuplicatePolicy.Update;

    /// <param name="import">Its columns and mapping.</param>
    /// <param name="file">Its beginning shows how dates are written in it.</param>
    /// <param name="tenant">Defaults for what neither row nor mapping say.</param>
    /// <param name="stages">Of the tenant's pipeline.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<ImportPlan> OfAsync(LeadImport import, ImportFile file, TenantSetting tenant, IReadOnlyList<Stage> stages, CancellationToken ct)
    {
        var said = import.Mapping!;
        var country = said.DefaultCountry ?? tenant.Country;
        var targets = said.Columns.Select(c => new ColumnTarget(c.Index, c.Field is null ? null : LeadMapping.FieldNamed(c.Field), c.CustomName)).ToList();
        var order = DateOrder.DayFirst;
        if (targets.Find(t => t.Field is LeadField.CreatedAt) is { } created)
        {
            var first = await file.FirstChunkAsync(ct);
            var dialect = import.Dialect!;
            var sample = CsvDetection.Of(first, file.Length < ImportFile.ChunkSize, new CsvChoice(dialect.Encoding, dialect.Delimiter, dialect.HasHeader)).Sample;
            order = TypedDate.OrderOf(sample.Where(row => created.Index < row.Length).Select(row => row[created.Index].Trim()), country);
        }
        return new ImportPlan(import, new LeadMapping(targets, country, said.DefaultCurrency ?? tenant.Currency, order), stages);
    }

    /// <summary>A row as the intake takes it.</summary>
    public LeadDraft Draft(LeadRow row)
    {
        var custom = row.Custom;
        Guid? stage = null;
        if (row.Stage is { } words)
        {
            if (_stages.TryGetValue(words, out var known)) stage = known;
            // Its words belong to no stage: the lead begins at the first one, and the words are not lost.
            else if (!custom.ContainsKey(_stageColumn)) custom = new Dictionary<string, string>(custom) { [_stageColumn] = words };
        }
        return new LeadDraft
        {
            FirstName = row.FirstName,
            LastName = row.LastName,
            Company = row.Company,
            Email = row.Email?.Address,
            EmailRaw = row.Email?.Typed,
            Email2 = row.Email2?.Address,
            Email2Raw = row.Email2?.Typed,
            Phone = row.Phone?.Canonical,
            PhoneRaw = row.Phone?.Typed,
            Phone2 = row.Phone2?.Canonical,
            Phone2Raw = row.Phone2?.Typed,
            Website = row.Website,
            Country = row.Country,
            Source = row.Source,
            StageId = stage,
            Value = row.Value is { } value ? new Money(value.Amount, value.Currency!) : null,
            Notes = row.Notes,
            Custom = custom.Count == 0 ? null : custom,
            CreatedAt = row.CreatedAt,
            ImportId = _import.Id,
            By = _import.StartedBy,
        };
    }
}

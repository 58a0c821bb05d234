using Tideline.Platform.Text;

namespace Tideline.Leads.Imports;

/// <summary>
/// Reads rows as leads, by the mapping of an import.
///
/// A row is refused only when taking it would lose something: nobody could be reached (no usable e-mail address and no
/// usable phone number), a text is too long or cannot be stored, an amount or a date cannot be understood, or the row has
/// values beyond the last column (a separator in a value was not quoted, so that the values stand in wrong columns).
/// Everything else is taken with a warning: an address or number that cannot be used is kept as typed beside one that can,
/// and a country or website that is none becomes a custom field.
/// </summary>
internal sealed class LeadRowReader
{
    private readonly LeadMapping mapping;
    private readonly IReadOnlyList<string> columns;
    private readonly int[] columnOf = new int[(int)LeadField.Custom];
    private readonly ColumnTarget[] custom;

    public LeadRowReader(LeadMapping mapping, IReadOnlyList<string> columns)
    {
        (this.mapping, this.columns) = (mapping, columns);
        Array.Fill(columnOf, -1);
        foreach (var column in mapping.Columns)
        {
            if (column.Field is { } field and not LeadField.Custom) columnOf[(int)field] = column.Index;
        }
        custom = [.. mapping.Columns.Where(x => x.Field is LeadField.Custom)];
    }

    public LeadRowResult Read(CsvRow row)
    {
        if (row.Error is { } error) return new LeadRowResult(null, [new RowProblem("row", row.Fields.FirstOrDefault(), error.Reason)]);
        if (row.IsBlank) return new LeadRowResult(null, []);

        var reading = new Reading(this, row.Fields);
        reading.CheckWidth();
        var lead = reading.Lead(row.Position.Row);
        return reading.Rejections.Count > 0 ? new LeadRowResult(null, reading.Rejections) : new LeadRowResult(lead, []);
    }

    private sealed class Reading(LeadRowReader reader, string[] cells)
    {
        private static readonly IReadOnlyList<RowProblem> None = [];
        private static readonly Dictionary<string, string> NoCustom = [];

        private List<RowProblem>? rejections;
        private List<RowProblem>? warnings;
        private Dictionary<string, string>? extra;

        public IReadOnlyList<RowProblem> Rejections => rejections ?? None;

        public void CheckWidth()
        {
            for (var i = reader.columns.Count; i < cells.Length; i++)
            {
                if (string.IsNullOrWhiteSpace(cells[i])) continue;
                Reject("row", cells[i], $"The row has {cells.Length} values for {reader.columns.Count} columns: is a value with a separator in it not quoted?");
                return;
            }
        }

        public LeadRow Lead(long row)
        {
            var first = Text(LeadField.FirstName, LeadLimits.Name);
            var last = Text(LeadField.LastName, LeadLimits.Name);
            if (Text(LeadField.FullName, LeadLimits.Name) is { } full && (first is null || last is null))
            {
                var split = PersonName.Split(full);
                if (first is null && last is null) (first, last) = split;
                else if (first is null) first = split.Last == last ? split.First : null;
                else last = split.First == first ? split.Last : null;
            }

            // The country is read first: a number without a country code is a number of the lead's own country.
            var country = Country();
            var (email, email2) = Emails();
            var (phone, phone2) = Phones(country ?? reader.mapping.DefaultCountry);
            if (email?.Address is null && phone?.E164 is null) RejectUnreachable(email, phone);

            return new LeadRow
            {
                Row = row,
                FirstName = first,
                LastName = last,
                Company = Text(LeadField.Company, LeadLimits.Company),
                Email = email,
                Email2 = email2,
                Phone = phone,
                Phone2 = phone2,
                Website = Website(),
                Country = country,
                Source = Text(LeadField.Source, LeadLimits.Source),
                Stage = Text(LeadField.Stage, LeadLimits.Stage),
                Value = Money(),
                Notes = Text(LeadField.Notes, LeadLimits.Notes, multiline: true),
                CreatedAt = CreatedAt(),
                Custom = Custom(),
                Warnings = warnings ?? None,
            };
        }

        private (RowEmail? First, RowEmail? Second) Emails()
        {
            var first = Email(LeadField.Email);
            var second = Email(LeadField.Email2);
            // The usable one comes first; the same mailbox twice is one.
            if (first?.Address is null && second is not null && (first is null || second.Address is not null)) (first, second) = (second, first);
            return second?.MatchKey is { } key && key == first?.MatchKey ? (first, null) : (first, second);
        }

        private RowEmail? Email(LeadField field)
        {
            if (Text(field, LeadLimits.Typed) is not { } typed || CellText.IsNothing(typed)) return null;
            var parsed = EmailAddress.Parse(typed);
            if (parsed.Reason is { } reason) Warn(field, typed, reason);
            return new RowEmail(typed, parsed.Canonical, parsed.MatchKey);
        }

        private (RowPhone? First, RowPhone? Second) Phones(string? country)
        {
            var first = Phone(LeadField.Phone, country);
            var second = Phone(LeadField.Phone2, country);
            if (first?.E164 is null && second is not null && (first is null || second.E164 is not null)) (first, second) = (second, first);
            return second?.E164 is { } number && number == first?.E164 && second.Extension == first.Extension ? (first, null) : (first, second);
        }

        private RowPhone? Phone(LeadField field, string? country)
        {
            if (Text(field, LeadLimits.Typed) is not { } typed || CellText.IsNothing(typed)) return null;
            var parsed = PhoneNumber.Parse(typed, country);
            if (parsed.Reason is { } reason) Warn(field, typed, reason);
            return new RowPhone(typed, parsed.E164, parsed.Extension);
        }

        // The warnings about the addresses are the reasons for refusing, when there is nothing else to reach the person by.
        private void RejectUnreachable(RowEmail? email, RowPhone? phone)
        {
            if (email is null && phone is null && Rejections.Count == 0)
            {
                Reject("row", null, "The row has no e-mail address and no phone number.");
            }
            foreach (var warning in warnings ?? [])
            {
                if (warning.Field is "email" or "email2" or "phone" or "phone2") Reject(warning.Field, warning.Value, warning.Reason);
            }
        }

        private string? Website()
        {
            if (Text(LeadField.Website, LeadLimits.Website) is not { } typed || CellText.IsNothing(typed)) return null;
            if (WebAddress.Normalize(typed) is { } address) return address;
            Keep(LeadField.Website, typed, "The value is not the address of a website; it is kept as a custom field.");
            return null;
        }

        private string? Country()
        {
            if (Text(LeadField.Country, LeadLimits.Typed) is not { } typed || CellText.IsNothing(typed)) return null;
            if (CountryCode.Parse(typed) is { } code) return code;
            Keep(LeadField.Country, typed, "The country is not known; it is kept as a custom field.");
            return null;
        }

        private TypedMoney? Money()
        {
            var typedCurrency = Text(LeadField.Currency, LeadLimits.Typed);
            if (Text(LeadField.Value, LeadLimits.Typed) is not { } typed || CellText.IsNothing(typed)) return null;
            string? currency = null;
            if (typedCurrency is not null && !CellText.IsNothing(typedCurrency))
            {
                currency = Currencies.Parse(typedCurrency, reader.mapping.DefaultCurrency);
                if (currency is null)
                {
                    Reject(LeadField.Currency, typedCurrency, "The currency is not known.");
                    return null;
                }
            }
            var money = TypedMoney.Parse(typed, currency, reader.mapping.DefaultCurrency);
            if (money is { Reason: null, Amount: >= 0 }) return money;
            Reject(LeadField.Value, typed, money.Reason ?? "The value of a deal cannot be negative.");
            return null;
        }

        private DateTimeOffset? CreatedAt()
        {
            if (Text(LeadField.CreatedAt, LeadLimits.Typed) is not { } typed || CellText.IsNothing(typed)) return null;
            if (TypedDate.Parse(typed, reader.mapping.DateOrder) is { } moment) return moment;
            Reject(LeadField.CreatedAt, typed, "The value is not a date that can be read; 2024-01-31 always can.");
            return null;
        }

        private Dictionary<string, string> Custom()
        {
            foreach (var column in reader.custom)
            {
                if (column.Index >= cells.Length) continue;
                var name = column.CustomName!.Trim();
                var value = CellText.Clean(cells[column.Index], multiline: true, out var problem);
                if (problem is not null) Reject(name, cells[column.Index], problem);
                else if (value?.Length > LeadLimits.CustomValue) Reject(name, value, TooLong(LeadLimits.CustomValue));
                else if (value is not null) (extra ??= [])[name] = value;
            }
            return extra ?? NoCustom;
        }

        private string? Text(LeadField field, int limit, bool multiline = false)
        {
            var index = reader.columnOf[(int)field];
            if (index < 0 || index >= cells.Length) return null;
            var text = CellText.Clean(cells[index], multiline, out var problem);
            if (problem is not null) Reject(field, cells[index], problem);
            if (text is null || text.Length <= limit) return text;
            Reject(field, text, TooLong(limit));
            return null;
        }

        private void Keep(LeadField field, string value, string reason)
        {
            Warn(field, value, reason);
            var name = reader.columns[reader.columnOf[(int)field]];
            (extra ??= []).TryAdd(name.Length > LeadLimits.CustomName ? name[..LeadLimits.CustomName] : name, value);
        }

        private void Warn(LeadField field, string value, string reason) =>
            (warnings ??= []).Add(new RowProblem(LeadMapping.Named(field), Short(value), reason));

        private void Reject(LeadField field, string value, string reason) => Reject(LeadMapping.Named(field), value, reason);

        private void Reject(string field, string? value, string reason) =>
            (rejections ??= []).Add(new RowProblem(field, value is null ? null : Short(value), reason));

        private static string TooLong(int limit) => $"The value is longer than {limit:N0} characters.";

        // Shown to people, stored with the import: the beginning is enough.
        private static string Short(string value) => value.Length <= 200 ? value : value[..200] + "…";
    }
}

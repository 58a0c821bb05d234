using Tideline.Leads.Imports;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class LeadRowReaderTests
{
    private static readonly string[] Fields =
    [
        "firstName", "lastName", "fullName", "company", "email", "email2", "phone", "phone2", "website", "country", "source", "stage", "value",
        "currency", "notes", "createdAt", "Score",
    ];

    [Fact]
    public void Reads_a_row_into_normal_forms()
    {
        var lead = Lead(("firstName", " Ann "), ("lastName", "Le\u0301e"), ("company", "Lee\r\n  AB"), ("email", "Ann+x@GMAIL.com"), ("email2", "x@müller.de"),
            ("phone", "070-174 06 05 x12"), ("phone2", "0046 8 123 456"), ("website", "Lee.se/Path"), ("country", "Schweden"), ("source", "Web"),
            ("stage", "On Hold"), ("value", "1 234,50 €"), ("notes", "one\r\ntwo"), ("createdAt", "31.01.2024 14:30"), ("Score", "7"));

        Assert.Equal(("Ann", "Lée", "Lee AB"), (lead.FirstName, lead.LastName, lead.Company));
        Assert.Equal(new RowEmail("Ann+x@GMAIL.com", "ann+x@gmail.com", "ann@gmail.com"), lead.Email);
        Assert.Equal("x@xn--mller-kva.de", lead.Email2!.Address);
        Assert.Equal(new RowPhone("070-174 06 05 x12", "+46701740605", "12"), lead.Phone);
        Assert.Equal("+468123456", lead.Phone2!.E164);
        Assert.Equal(("https://lee.se/Path", "SE", "Web", "On Hold"), (lead.Website, lead.Country, lead.Source, lead.Stage));
        Assert.Equal(new TypedMoney(123450, "EUR", null), lead.Value);
        Assert.Equal("one\ntwo", lead.Notes);
        Assert.Equal(new DateTimeOffset(2024, 1, 31, 14, 30, 0, TimeSpan.Zero), lead.CreatedAt);
        Assert.Equal("7", lead.Custom["Score"]);
        Assert.Empty(lead.Warnings);
    }

    [Fact]
    public void The_leads_own_country_reads_its_phone_number()
    {
        Assert.Equal("+4930901820", Lead(("phone", "030 901820"), ("country", "DE")).Phone!.E164);
        Assert.Equal("+468123456", Lead(("phone", "08-123 456")).Phone!.E164);
    }

    [Theory]
    [InlineData("Ann Lee", "Ann", "Lee")]
    [InlineData("Lee, Ann", "Ann", "Lee")]
    [InlineData("Dr. Ludwig van Beethoven", "Ludwig", "van Beethoven")]
    [InlineData("Herr Prof. Dr. Max Weber", "Max", "Weber")]
    [InlineData("Anna Maria de la Cruz", "Anna Maria", "de la Cruz")]
    [InlineData("Martin Luther King Jr.", "Martin Luther", "King Jr.")]
    [InlineData("Cher", "Cher", null)]
    [InlineData("Don Draper", "Don", "Draper")]
    [InlineData("Van Morrison", "Van", "Morrison")]
    [InlineData("Mr. Smith", "Smith", null)]
    public void Splits_full_names(string full, string? first, string? last)
    {
        var lead = Lead(("fullName", full), ("email", "a@lee.se"));
        Assert.Equal((first, last), (lead.FirstName, lead.LastName));
    }

    [Fact]
    public void Columns_of_their_own_win_over_the_full_name()
    {
        var lead = Lead(("firstName", "Ann"), ("lastName", "Lee"), ("fullName", "Other Person"), ("email", "a@lee.se"));
        Assert.Equal(("Ann", "Lee"), (lead.FirstName, lead.LastName));
        Assert.Equal("Lee", Lead(("firstName", "Ann"), ("fullName", "Ann Lee"), ("email", "a@lee.se")).LastName);
    }

    [Fact]
    public void One_usable_address_is_enough_and_the_other_is_kept_as_typed()
    {
        var lead = Lead(("email", "not an address"), ("phone", "070-1740605"));
        Assert.Equal(new RowEmail("not an address", null, null), lead.Email);
        Assert.Equal("+46701740605", lead.Phone!.E164);
        Assert.Equal("email", Assert.Single(lead.Warnings).Field);

        lead = Lead(("email", "ann@lee.se"), ("phone", "123"), ("phone2", "call me"));
        Assert.Equal(new RowPhone("123", null, null), lead.Phone);
        Assert.Equal("call me", lead.Phone2!.Typed);
        Assert.Equal(2, lead.Warnings.Count);
    }

    [Fact]
    public void The_usable_address_comes_first_and_the_same_mailbox_only_once()
    {
        var lead = Lead(("email", "broken@"), ("email2", "ann@lee.se"));
        Assert.Equal(("ann@lee.se", "broken@"), (lead.Email!.Address, lead.Email2!.Typed));
        Assert.Equal("ann@lee.se", Lead(("email2", "ann@lee.se")).Email!.Address);
        Assert.Null(Lead(("email", "a.nn@gmail.com"), ("email2", "ANN@googlemail.com")).Email2);
        Assert.Null(Lead(("phone", "070-1740605"), ("phone2", "+46701740605")).Phone2);
    }

    [Theory]
    [InlineData("n/a")]
    [InlineData("NULL")]
    [InlineData("-")]
    public void Words_for_nothing_are_nothing_in_addresses_but_may_be_names(string nothing)
    {
        var lead = Lead(("lastName", nothing == "-" ? "Null" : nothing), ("email", "ann@lee.se"), ("phone", nothing), ("value", nothing), ("createdAt", nothing));
        Assert.Null(lead.Phone);
        Assert.Null(lead.Value);
        Assert.NotNull(lead.LastName);
        Assert.Empty(lead.Warnings);
    }

    [Fact]
    public void What_is_no_country_and_no_website_becomes_a_custom_field()
    {
        var lead = Lead(("email", "ann@lee.se"), ("country", "Narnia"), ("website", "see facebook"));
        Assert.Equal(("Narnia", "see facebook"), (lead.Custom["country"], lead.Custom["website"]));
        Assert.Null(lead.Country);
        Assert.Null(lead.Website);
        Assert.Equal(["country", "website"], lead.Warnings.Select(x => x.Field));
        Assert.Equal("javascript:alert(1)", Lead(("email", "ann@lee.se"), ("website", "javascript:alert(1)")).Custom["website"]);
    }

    [Fact]
    public void Formulas_escaped_by_a_spreadsheet_come_back()
    {
        var lead = Lead(("email", "ann@lee.se"), ("company", "'=1+1"), ("phone", "'+46701740605"), ("notes", "'quoted'"));
        Assert.Equal(("=1+1", "+46701740605", "'quoted'"), (lead.Company, lead.Phone!.E164, lead.Notes));
    }

    [Theory]
    [InlineData("row", "no e-mail address and no phone", "firstName=Ann")]
    [InlineData("email", "no @", "email=ann")]
    [InlineData("phone", "too short", "phone=12")]
    [InlineData("value", "more decimals", "email=a@lee.se|value=12.345,678 EUR")]
    [InlineData("value", "negative", "email=a@lee.se|value=-5")]
    [InlineData("value", "no digits", "email=a@lee.se|value=lots")]
    [InlineData("value", "not a number", "email=a@lee.se|value=1x2")]
    [InlineData("value", "in USD and its currency says EUR", "email=a@lee.se|value=$5|currency=EUR")]
    [InlineData("currency", "not known", "email=a@lee.se|value=5|currency=GOLD")]
    [InlineData("createdAt", "not a date", "email=a@lee.se|createdAt=31/31/2024")]
    [InlineData("lastName", "zero character", "email=a@lee.se|lastName=L\0ee")]
    [InlineData("lastName", "control character (U+0007)", "email=a@lee.se|lastName=L\aee")]
    [InlineData("email", "zero character", "email=a\0@lee.se")]
    [InlineData("Score", "control character", "email=a@lee.se|Score=\u001b[31m")]
    public void Refuses_what_would_lose_something(string field, string reason, string row)
    {
        var rejections = Read([.. row.Split('|').Select(x => (x.Split('=', 2)[0], x.Split('=', 2)[1]))]).Rejections;
        Assert.Contains(rejections, x => x.Field == field && x.Reason.Contains(reason));
    }

    [Fact]
    public void Refuses_half_characters()
    {
        foreach (var broken in new[] { "\ud83d", "\ude00", "a\ud83d", "\ud83db", "\ude00\ud83d" })
        {
            Assert.Contains("half a character", Assert.Single(Read([("email", "a@lee.se"), ("notes", broken)]).Rejections).Reason);
        }
        Assert.Equal("\ud83d\ude00", Lead(("email", "a@lee.se"), ("notes", "\ud83d\ude00")).Notes);
    }

    [Theory]
    [InlineData("firstName", LeadLimits.Name)]
    [InlineData("company", LeadLimits.Company)]
    [InlineData("notes", LeadLimits.Notes)]
    [InlineData("stage", LeadLimits.Stage)]
    [InlineData("Score", LeadLimits.CustomValue)]
    public void Refuses_what_is_too_long_and_takes_what_just_fits(string field, int limit)
    {
        Assert.NotNull(Read([("email", "a@lee.se"), (field, new string('x', limit))]).Lead);
        var rejection = Assert.Single(Read([("email", "a@lee.se"), (field, new string('x', limit + 1))]).Rejections);
        Assert.Equal(field, rejection.Field);
        Assert.Contains("longer than", rejection.Reason);
        Assert.True(rejection.Value!.Length <= 201);
    }

    [Fact]
    public void All_reasons_against_a_row_are_told_at_once() =>
        Assert.Equal(["value", "createdAt"], Read([("email", "a@lee.se"), ("value", "x"), ("createdAt", "x1234567")]).Rejections.Select(x => x.Field));

    [Fact]
    public void Short_rows_are_fine_and_rows_that_are_too_wide_are_not()
    {
        var reader = new LeadRowReader(new LeadMapping([new(0, LeadField.FirstName), new(1, LeadField.Email), new(2, LeadField.Notes)]), ["a", "b", "c"]);
        Assert.Equal("Ann", reader.Read(Row("Ann", "ann@lee.se")).Lead!.FirstName);
        Assert.Equal("Ann", reader.Read(Row("Ann", "ann@lee.se", "x", "", " ")).Lead!.FirstName);
        Assert.Contains("4 values for 3 columns", Assert.Single(reader.Read(Row("Ann", "ann@lee.se", "x", "y")).Rejections).Reason);
    }

    [Fact]
    public void Blank_rows_are_neither_leads_nor_rejected()
    {
        Assert.True(Read([]).IsBlank);
        Assert.True(new LeadRowReader(new LeadMapping([]), []).Read(Row("", " ", "")).IsBlank);
    }

    [Fact]
    public void A_row_that_could_not_be_read_is_rejected_with_that_reason()
    {
        var bad = Row("5,\"unclosed") with { Error = CsvRowError.UnclosedQuote };
        Assert.Equal(CsvRowError.UnclosedQuote.Reason, Assert.Single(new LeadRowReader(new LeadMapping([]), []).Read(bad).Rejections).Reason);
    }

    [Fact]
    public void A_mapping_is_checked_column_by_column()
    {
        string[] columns = ["a", "b", "c", "d"];
        Assert.Empty(new LeadMapping([new(0, LeadField.Email), new(1, null), new(2, LeadField.Custom, "x"), new(3, LeadField.Custom, "y")]).Problems(columns));
        Assert.Equal([0], Problems(new(0, LeadField.Custom, " "), new(1, LeadField.Phone)));
        Assert.Equal([1], Problems(new(0, LeadField.Email), new(1, LeadField.Email)));
        Assert.Equal([1], Problems(new(0, LeadField.Email), new(0 + 1, LeadField.Custom, new string('x', LeadLimits.CustomName + 1))));
        Assert.Equal([2], Problems(new(0, LeadField.Email), new(1, LeadField.Custom, "X"), new(2, LeadField.Custom, "x")));
        Assert.Equal([4], Problems(new(0, LeadField.Email), new(4, LeadField.Notes)));
        Assert.Equal([0], Problems(new(0, LeadField.Email), new(0, LeadField.Notes)));
        Assert.Equal([-1], Problems(new ColumnTarget(0, LeadField.Notes)));

        IEnumerable<int> Problems(params ColumnTarget[] targets) => new LeadMapping(targets).Problems(columns).Select(x => x.Index);
    }

    [Fact]
    public void Fields_have_names_on_the_wire()
    {
        Assert.Equal(LeadField.CreatedAt, LeadMapping.FieldNamed("createdAt"));
        Assert.Null(LeadMapping.FieldNamed("CreatedAt"));
        Assert.Null(LeadMapping.FieldNamed("3"));
    }

    private static LeadRow Lead(params (string Field, string Value)[] values)
    {
        var result = Read(values);
        Assert.Empty(result.Rejections);
        return result.Lead!;
    }

    private static LeadRowResult Read((string Field, string Value)[] values)
    {
        var mapping = new LeadMapping(
            [.. Fields.Select((name, i) => LeadMapping.FieldNamed(name) is { } field ? new ColumnTarget(i, field) : new ColumnTarget(i, LeadField.Custom, name))],
            DefaultCountry: "SE", DefaultCurrency: "SEK");
        Assert.Empty(mapping.Problems(Fields));
        var cells = new string[Fields.Length];
        Array.Fill(cells, "");
        foreach (var (field, value) in values) cells[Array.IndexOf(Fields, field)] = value;
        return new LeadRowReader(mapping, Fields).Read(Row(cells));
    }

    private static CsvRow Row(params string[] cells) => new(new CsvPosition(0, 2), default, cells);
}

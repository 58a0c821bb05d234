using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

public sealed class ColumnSuggestionsTests
{
    [Theory]
    [InlineData("First Name,Last Name,Company,Email,Phone,Website,Country,Lead Source,Deal Stage,Amount,Currency,Notes,Created At",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    [InlineData("Vorname,Nachname,Firma,E-Mail-Adresse,Telefonnummer,Webseite,Land,Quelle,Phase,Betrag,Währung,Bemerkungen,Erstellt am",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    [InlineData("Prénom,Nom,Société,Adresse e-mail,Téléphone,Site web,Pays,Origine,Étape,Montant,Devise,Commentaires,Date de création",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    [InlineData("Nombre,Apellidos,Empresa,Correo electrónico,Teléfono,Sitio web,País,Fuente,Etapa,Importe,Moneda,Observaciones,Fecha de creación",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    [InlineData("Förnamn,Efternamn,Företag,E-post,Telefon,Hemsida,Land,Källa,Steg,Belopp,Valuta,Anteckningar,Skapad",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    [InlineData("first_name,LastName,organization_name,E-MAIL,mobile phone,url,country_code,utm_source,LEAD STATUS,dealValue,CURRENCY,Comment,created_at",
        "firstName lastName company email phone website country source stage value currency notes createdAt")]
    public void Knows_the_usual_names_in_five_languages(string header, string fields)
    {
        var row = "Ann,Lee,Lee AB,ann@lee.se,+46 70 174 06 05,https://lee.se,SE,Web,New,100,EUR,Hi,2024-01-31";
        Assert.Equal(fields, Suggested($"{header}\n{row}\n"));
    }

    [Theory]
    [InlineData("Name,Vorname,E-Mail\nLee,Ann,ann@lee.se\n", "lastName firstName email")]
    [InlineData("Name,E-Mail\nAnn Lee,ann@lee.se\n", "fullName email")]
    [InlineData("Phone 2,Phone 1,Email 2,Email 1\n0701740605,0701740606,a@lee.se,b@lee.se\n", "phone2 phone email2 email")]
    [InlineData("Work Email,Personal Email,Other Email\na@lee.se,b@lee.se,c@lee.se\n", "email email2 custom:Other Email")]
    [InlineData("Phone,Phone,Phone\n070-1740605,070-1740606,070-1740607\n", "phone phone2 custom:Phone")]
    [InlineData("Contact,Kanal\nann@lee.se,x\nbo@ek.se,y\n", "email source")]
    [InlineData("Contact,x\n070-174 06 05,a\n070-174 06 06,b\n", "phone custom:x")]
    [InlineData("Mail,Email\nStreet 5,ann@lee.se\nRoad 7,bo@ek.se\n", "custom:Mail email")]
    [InlineData("Phone,Email\nyes,ann@lee.se\nno,bo@ek.se\n", "custom:Phone email")]
    [InlineData("Fax,Email\n+46 8 123 456,ann@lee.se\n", "custom:Fax email")]
    [InlineData("Zzz,Yyy,Xxx\nann@lee.se,+46 70 174 06 05,www.lee.se\n", "email phone website")]
    [InlineData("Lead Email,Customer Phone,Lead Owner,Lead Id\na@lee.se,0701740605,Bo,7\n", "email phone custom:Lead Owner custom:Lead Id")]
    [InlineData("Email,Score,Score\na@lee.se,5,6\n", "email custom:Score custom:Score (2)")]
    [InlineData("row_number,reason,Email,Empty\n5,bad,a@lee.se,\n", "- - email -")]
    [InlineData("Status,Deal Stage,Email\nx,y,a@lee.se\n", "stage custom:Deal Stage email")]
    [InlineData("Datum,Email\nlater,a@lee.se\nsoon,b@lee.se\n", "custom:Datum email")]
    public void Judges_by_name_content_and_neighbours(string text, string fields) => Assert.Equal(fields, Suggested(text));

    [Fact]
    public void Judges_by_content_alone_without_a_header() =>
        Assert.Equal("custom:Column 1 email phone country custom:Column 5 website",
            Suggested("Ann,ann@lee.se,+46 70 174 06 05,Sweden,12345678,https://lee.se\nBo,bo@ek.se,+46 70 174 06 06,Norway,2234567,http://ek.se\n"));

    [Fact]
    public void Suggests_no_more_custom_fields_than_a_lead_may_have()
    {
        var found = Detect(string.Join(',', Enumerable.Range(0, 500).Select(i => "c" + i)) + ",Email\n" + string.Join(',', Enumerable.Range(0, 500)) + ",a@lee.se\n");
        var suggestions = ColumnSuggestions.For(found);
        Assert.Equal(LeadLimits.CustomFields, suggestions.Count(x => x.Field is LeadField.Custom));
        Assert.Empty(new LeadMapping([.. suggestions.Select(x => new ColumnTarget(x.Index, x.Field, x.CustomName))]).Problems(found.Columns));
    }

    [Fact]
    public async Task Maps_the_sample_file_fully()
    {
        var path = SampleFile();
        if (path is null) Assert.Skip("The sample file is not here.");
        await using var file = File.OpenRead(path);
        var found = await CsvDetection.OfAsync(file, ct: TestContext.Current.CancellationToken);
        Assert.Equal(
            "- custom:Account Id custom:Lead Owner firstName lastName company phone phone2 email email2 website source stage notes",
            Shown(ColumnSuggestions.For(found)));
        Assert.Equal(("utf-8", ',', true, "\r\n"), (found.Dialect!.Encoding, found.Dialect.Delimiter, found.Dialect.HasHeader, found.Dialect.NewLine));
    }

    private static string Suggested(string text) => Shown(ColumnSuggestions.For(Detect(text)));

    private static string Shown(IEnumerable<ColumnSuggestion> suggestions) => string.Join(' ', suggestions.Select(x =>
        x.Field switch { null => "-", LeadField.Custom => "custom:" + x.CustomName, { } field => LeadMapping.Named(field) }));
}

using System.Collections.Frozen;

namespace Tideline.Leads.Imports;

/// <summary>What columns are called in exports of other systems, in English, German, French, Spanish and Swedish.</summary>
internal static class HeaderWords
{
    private static readonly (LeadField Field, string Words)[] Lists =
    [
        (LeadField.FirstName, """
            first name, first, fname, given name, forename, contact first name, vorname, rufname, prénom, prenom, primer nombre,
            nombre de pila, nombres, förnamn, fornamn, tilltalsnamn
            """),
        (LeadField.LastName, """
            last name, last, lname, surname, family name, contact last name, nachname, familienname, zuname, nom de famille,
            apellido, apellidos, primer apellido, efternamn
            """),
        (LeadField.FullName, """
            name, full name, contact, contact name, contact person, lead, lead name, customer name, person, person name, display name,
            vollständiger name, ansprechpartner, kontakt, kontaktperson, kontaktname, kunde, nom, nom complet, nom et prénom,
            prénom nom, nom prénom, nombre, nombre completo, nombre y apellidos, contacto, persona de contacto, namn, fullständigt namn
            """),
        (LeadField.Company, """
            company, company name, organization, organisation, organization name, organisation name, account, account name, business,
            business name, employer, firm, firma, firmenname, unternehmen, unternehmensname, betrieb, arbeitgeber, société, societe,
            entreprise, raison sociale, empresa, compañía, compania, razón social, organización, nombre de la empresa, företag, foretag,
            företagsnamn, bolag, arbetsgivare
            """),
        (LeadField.Email, """
            email, mail, email address, emails, work email, business email, primary email, contact email, email addr, e mail adresse,
            mailadresse, emailadresse, courriel, adresse e mail, adresse email, adresse mail, mél, correo, correo electrónico,
            dirección de correo, e post, epost, e postadress, epostadress, mejl, mejladress
            """),
        (LeadField.Email2, """
            secondary email, second email, other email, alternative email, alternate email, additional email, private email, personal email,
            home email, private e mail, weitere e mail, autre e mail, otro correo, privat e post
            """),
        (LeadField.Phone, """
            phone, phone number, phone no, telephone, telephone number, tel, tel no, mobile, mobile phone, mobile number, cell, cell phone,
            cellphone, cell number, contact number, work phone, business phone, office phone, primary phone, direct phone, direct dial,
            whatsapp, whatsapp number, contact phone, telefon, telefonnummer, telefonnr, rufnummer, mobil, mobilnummer, mobiltelefon,
            mobilfunk, handy, handynummer, festnetz, téléphone, numéro de téléphone, numero de telephone, portable, téléphone portable,
            teléfono, telefono, número de teléfono, móvil, movil, celular, teléfono móvil, telefonnummer mobil
            """),
        (LeadField.Phone2, """
            secondary phone, second phone, other phone, alternative phone, alternate phone, additional phone, home phone, private phone,
            weitere telefonnummer, autre téléphone, otro teléfono, hemtelefon
            """),
        (LeadField.Website, """
            website, web site, web, url, homepage, web address, web page, webpage, site, domain, company website, website url, webseite,
            internetseite, internet, site web, site internet, sitio web, página web, pagina web, sitio, webbplats, hemsida, webbsida
            """),
        (LeadField.Country, """
            country, country code, country name, nation, country region, land, staat, länderkod, landskod, ländercode, pays, país, pais
            """),
        (LeadField.Source, """
            source, lead source, original source, utm source, origin, channel, traffic source, how did you hear about us, quelle, leadquelle,
            lead quelle, herkunft, kanal, source du lead, origine, provenance, canal, fuente, fuente del lead, origen, källa, kalla, leadkälla,
            ursprung
            """),
        (LeadField.Stage, """
            stage, deal stage, lead stage, pipeline stage, sales stage, status, lead status, phase, stufe, vertriebsphase, leadstatus, étape,
            etape, statut, phase de vente, etapa, fase, etapa del negocio, steg, fas, säljsteg, säljfas
            """),
        (LeadField.Value, """
            value, deal value, lead value, deal amount, amount, opportunity amount, opportunity value, estimated value, expected revenue,
            budget, price, wert, betrag, auftragswert, auftragsvolumen, volumen, montant, valeur, importe, valor, monto, presupuesto, belopp,
            värde, varde, ordervärde, affärsvärde
            """),
        (LeadField.Currency, "currency, currency code, währung, wahrung, waehrung, devise, monnaie, moneda, divisa, valuta"),
        (LeadField.Notes, """
            notes, note, comment, comments, remark, remarks, description, message, notizen, notiz, bemerkung, bemerkungen, kommentar,
            kommentare, anmerkung, anmerkungen, beschreibung, nachricht, remarque, remarques, commentaire, commentaires, notas, nota,
            comentario, comentarios, observaciones, mensaje, descripción, anteckning, anteckningar, kommentarer, meddelande, beskrivning
            """),
        (LeadField.CreatedAt, """
            created, created at, created on, create date, created date, created time, date created, creation date, signup date, sign up date,
            date added, added on, submitted at, submission date, timestamp, date, erstellt, erstellt am, erstelldatum, erstellungsdatum,
            angelegt am, datum, créé le, date de création, date d ajout, fecha, fecha de creación, creado, creado el, skapad, skapad den,
            skapades
            """),
    ];

    /// <summary>Columns that number the rows, or that our own file of rejected rows adds: nothing to keep.</summary>
    private static readonly FrozenSet<string> Numbering =
        new[] { "index", "no", "nr", "row", "row no", "row number", "line", "line number", "zeile", "ligne", "fila", "rad", "reason", "" }
            .Select(Key).ToFrozenSet();

    private static readonly FrozenDictionary<string, LeadField> Fields = Lists
        .SelectMany(list => list.Words.Split(',').Select(word => (Key: Key(word), list.Field)))
        .DistinctBy(x => x.Key)
        .ToFrozenDictionary(x => x.Key, x => x.Field);

    // Words that say whose the value is, and no more: "Lead Email", "Customer phone".
    private static readonly string[] Owners = ["lead", "customer", "client", "contact", "person", "primary", "main", "kunden", "kontakt"];

    public static bool IsNumbering(string header) => Numbering.Contains(Key(header));

    /// <summary>The field that a header names, and the number it ends in ("Phone 2").</summary>
    public static LeadField? FieldOf(string header, out int number)
    {
        number = 0;
        var key = Key(header);
        if (Find(key) is { } field) return field;

        var bare = key.TrimEnd("0123456789".ToCharArray());
        if (bare.Length == key.Length || key.Length - bare.Length > 3 || Find(bare) is not { } numbered) return null;
        number = int.Parse(key.AsSpan(bare.Length));
        return numbered;
    }

    private static LeadField? Find(string key)
    {
        if (Fields.TryGetValue(key, out var field)) return field;
        foreach (var owner in Owners)
        {
            if (key.StartsWith(owner, StringComparison.Ordinal) && Fields.TryGetValue(key[owner.Length..], out field)) return field;
        }
        return null;
    }

    // Only letters and digits count: "E-Mail", "e_mail" and "eMail" are one.
    private static string Key(string header) => new([.. header.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}

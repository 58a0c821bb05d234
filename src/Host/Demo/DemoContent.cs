using System.Globalization;

namespace Tideline.Host.Demo;

/// <summary>What is in the demo workspace: people who do not exist, at addresses and numbers that are reserved for examples (RFC 2606, 555-01xx).</summary>
internal static class DemoContent
{
    public const string PrimaryColor = "#0f5c5c";

    public static object Brand { get; } = new
    {
        primaryColor = PrimaryColor,
        accentColor = "#e07a3f",
        legalName = "Northwind Outfitters LLC",
        postalAddress = "12 Harbour Street\nPortland, ME 04101\nUnited States",
        websiteUrl = "https://northwind.example",
        sender = new { fromName = "Nora at Northwind", fromEmail = "nora@northwind.example", replyTo = "hello@northwind.example" },
    };

    private static readonly string[] First =
        ["Amara", "Björn", "Chloé", "Diego", "Elif", "Farah", "Gustav", "Hana", "Isla", "Jonas", "Keiko", "Liam", "Maya", "Noah", "Olivia", "Priya", "Quentin", "Rosa", "Samuel", "Tariq"];

    private static readonly string[] Last =
        ["Abbott", "Brandt", "Castellanos", "Delacroix", "Eriksen", "Fontaine", "García", "Hughes", "Ivanova", "Jansen", "Kowalski", "Lindholm", "Moreau"];

    private static readonly string[] Companies =
        ["Alder & Ash", "Bluefin Logistics", "Cobalt Works", "Dune Studio", "Evergreen Supply", "Fjord Living", "Granite Peak", "Hollow Oak", "Ironbridge", "Juniper Goods", "Kestrel Air"];

    private static readonly string[] Sources = ["Web form", "Trade fair", "Referral", "Partner", "Newsletter", "Web form", "Phone"];

    private static readonly string[] Countries = ["US", "US", "CA", "GB", "DE", "FR", "SE"];

    // Many at the top of the funnel, few at its end.
    private static readonly double[] Funnel = [0.40, 0.65, 0.80, 0.90, 0.96];

    /// <summary>Leads in all stages.</summary>
    /// <param name="stages">Ids of the stages, first to last.</param>
    public static IReadOnlyList<object> Leads(IReadOnlyList<string> stages) => [.. Enumerable.Range(0, 180).Select(i => Lead(i, stages))];

    private static object Lead(int i, IReadOnlyList<string> stages)
    {
        // Coprime steps: names, companies and sources do not move in step with each other.
        var (first, last, company) = (First[i % First.Length], Last[i * 5 % Last.Length], Companies[i * 3 % Companies.Length]);
        var place = i * 37 % 180 / 180.0;
        var stage = Math.Min(Funnel.TakeWhile(share => place >= share).Count(), stages.Count - 1);
        return new
        {
            firstName = first,
            lastName = last,
            company,
            email = string.Create(CultureInfo.InvariantCulture, $"{Ascii(first)}.{Ascii(last)}{i}@example.com").ToLowerInvariant(),
            phone = string.Create(CultureInfo.InvariantCulture, $"+1 {200 + i % 7 * 100 + 12} 555 01{i % 100:00}"),
            country = Countries[i % Countries.Length],
            source = Sources[i * 2 % Sources.Length],
            stageId = stages[stage],
            value = new { amount = 50_000 + i * 7919 % 900_000, currency = "USD" },
        };
    }

    private static string Ascii(string name) =>
        string.Concat(name.Normalize(System.Text.NormalizationForm.FormD).Where(char.IsAsciiLetter));

    public static object Campaign(string brandId) => new
    {
        name = "Autumn field notes",
        channel = "email",
        brandId,
        subject = "{{#if firstName}}{{firstName}}, t{{else}}T{{/if}}he autumn range is here",
        preheader = "Three things that we made for wet mornings.",
        html = """
            <h1>Made for wet mornings</h1>
            <p>Hello {{#if firstName}}{{firstName}}{{else}}there{{/if}},</p>
            <p>the autumn range is out of the workshop: a waxed jacket that breathes, boots that can be resoled, and a thermos that keeps its promise until noon.</p>
            <p><a href="https://northwind.example/autumn" class="button">See the range</a></p>
            {{#if company}}<p>Ordering for {{company}}? Answer this message and we send you our terms for teams.</p>{{/if}}
            <p>Nora, Northwind Outfitters</p>
            """,
        audience = new { leadFilter = new { } },
    };
}

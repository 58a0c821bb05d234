using System.Text.RegularExpressions;

namespace Tideline.Host.Commands;

/// <summary>The names of a new service and of the first thing that it owns, in every form in which the template needs them.</summary>
internal sealed partial class ServiceNames
{
    private static readonly string[] Taken = ["Host", "Platform", "Contracts", "Testing", "Gateway", "All", "Bus", "System", "Microsoft", "Live", "Health", "Docs", "Metrics", "Openapi"];

    private ServiceNames(string service, string entity) => (Service, Entity) = (service, entity);

    /// <summary><c>Loyalty</c>.</summary>
    public string Service { get; }

    /// <summary><c>LoyaltyPoint</c>.</summary>
    public string Entity { get; }

    /// <exception cref="UsageException">A name that would not compile, or that means something else already.</exception>
    public static ServiceNames Of(string service, string? entity)
    {
        entity ??= service + "Item";
        if (!ServiceName().IsMatch(service)) throw new UsageException($"'{service}' is no name of a service: one word, as Loyalty or Billing, of 3 to 30 letters.");
        if (Taken.Contains(service)) throw new UsageException($"{service} is taken by the platform.");
        if (!EntityName().IsMatch(entity)) throw new UsageException($"'{entity}' is no name of a thing: one noun in the singular, as Reward or LoyaltyPoint.");
        // A type with the name of its namespace cannot be named in it.
        if (entity == service) throw new UsageException($"The service and what it owns need different names: {service} and {service}Item, for one.");
        return new ServiceNames(service, entity);
    }

    /// <summary>Fills in what a template leaves open, in a text or in a path.</summary>
    public string Fill(string template)
    {
        var words = Words(Entity);
        var plural = Plural(Entity);
        return template
            .Replace("__Service__", Service, StringComparison.Ordinal)
            .Replace("__service__", Service.ToLowerInvariant(), StringComparison.Ordinal)
            .Replace("__Entities__", plural, StringComparison.Ordinal)
            .Replace("__entities__", char.ToLowerInvariant(plural[0]) + plural[1..], StringComparison.Ordinal)
            .Replace("__Entity__", Entity, StringComparison.Ordinal)
            .Replace("__entity__", char.ToLowerInvariant(Entity[0]) + Entity[1..], StringComparison.Ordinal)
            .Replace("__entity_words__", string.Join(' ', words), StringComparison.Ordinal)
            .Replace("__entities_words__", string.Join(' ', Words(plural)), StringComparison.Ordinal)
            .Replace("__table__", string.Join('_', words), StringComparison.Ordinal)
            .Replace("__path__", string.Join('-', Words(plural)), StringComparison.Ordinal)
            .Replace("__event__", string.Join('-', words), StringComparison.Ordinal);
    }

    private static string Plural(string noun) => noun switch
    {
        [.., 'y'] when !"aeiou".Contains(noun[^2], StringComparison.Ordinal) => noun[..^1] + "ies",
        [.., 's'] or [.., 'x'] or [.., 'c' or 's', 'h'] => noun + "es",
        _ => noun + "s",
    };

    private static string[] Words(string name) => [.. Word().Matches(name).Select(m => m.Value.ToLowerInvariant())];

    [GeneratedRegex("^[A-Z][a-z]{2,29}$")]
    private static partial Regex ServiceName();

    [GeneratedRegex("^([A-Z][a-z]+){1,4}$")]
    private static partial Regex EntityName();

    [GeneratedRegex("[A-Z][a-z]*")]
    private static partial Regex Word();
}

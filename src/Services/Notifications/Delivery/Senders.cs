using System.Collections.Concurrent;
using Tideline.Contracts.Brands;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Delivery;

/// <summary>A brand as a message needs it.</summary>
/// <param name="From">Whose mail it is.</param>
/// <param name="ReplyTo">Where answers go, when elsewhere.</param>
/// <param name="Look">How it looks.</param>
/// <param name="Key">Equal for equal looks.</param>
internal sealed record Sender(Mailbox From, Mailbox? ReplyTo, BrandLook Look, string Key)
{
    public static Sender Of(BrandSummary brand)
    {
        if (!Mailbox.TryParse(brand.FromName, brand.FromEmail, out var from, out var problem))
            throw new UnsendableException($"The sender address of the brand {brand.Name} cannot be used: {problem}");
        var replyTo = Mailbox.TryParse(brand.ReplyTo, out var answers, out _) ? answers : null;
        var look = new BrandLook
        {
            Name = brand.Name,
            PrimaryColor = brand.PrimaryColor,
            AccentColor = brand.AccentColor,
            LogoUrl = brand.LogoUrl,
            FontFamily = brand.FontFamily,
            LegalName = brand.LegalName,
            PostalAddress = brand.PostalAddress,
            WebsiteUrl = brand.WebsiteUrl,
            Language = brand.Language,
        };
        var key = TemplateCache<EmailTemplate>.KeyOf(look.Name, look.PrimaryColor, look.AccentColor, look.LogoUrl, look.FontFamily, look.LegalName,
            look.PostalAddress, look.WebsiteUrl, look.Language);
        return new Sender(from, replyTo, look, key);
    }
}

/// <summary>This message can never go out; the text says why.</summary>
internal sealed class UnsendableException(string message) : Exception(message);

/// <summary>The workspace has no brand yet: it is only just being opened.</summary>
internal sealed class NoBrandYetException() : Exception("The workspace has no brand yet.");

/// <summary>Brands that were asked for a moment ago, of all tenants.</summary>
internal sealed class SenderCache(TimeProvider clock)
{
    // Short: a brand that was changed shows in the next messages, without each of them asking.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<(Guid Tenant, Guid? Brand), (Sender Sender, long At)> _known = new();

    public Sender? Find(Guid tenant, Guid? brand) =>
        _known.TryGetValue((tenant, brand), out var known) && clock.GetElapsedTime(known.At) < Fresh ? known.Sender : null;

    public void Keep(Guid tenant, Guid? brand, Sender sender)
    {
        if (_known.Count >= Most) _known.Clear();
        _known[(tenant, brand)] = (sender, clock.GetTimestamp());
    }
}

/// <summary>In whose name a message goes out.</summary>
internal sealed class Senders(BrandsClient brands, SenderCache cache, Caller caller)
{
    /// <summary>The brand, or the tenant's default one when none is named or the named one is gone.</summary>
    public async Task<Sender> FindAsync(Guid? brand, CancellationToken ct) => await TryFindAsync(brand, true, ct) ?? throw new NoBrandYetException();

    /// <summary>The brand; null when there is no such one.</summary>
    public async Task<Sender?> TryFindAsync(Guid? brand, bool orDefault, CancellationToken ct)
    {
        if (cache.Find(caller.TenantId, brand) is { } known) return known;
        var found = brand is { } id ? await brands.FindAsync(id, ct) : null;
        if (found is null && (brand is null || orDefault)) found = await brands.DefaultAsync(ct);
        if (found is null) return null;
        var sender = Sender.Of(found);
        if (brand is null || found.Id == brand) cache.Keep(caller.TenantId, brand, sender);
        return sender;
    }
}

using Microsoft.EntityFrameworkCore;
using Tideline.Notifications.Messages;
using Tideline.Notifications.Templates;

namespace Tideline.Notifications.MessageTemplates;

/// <summary>Finds the words of a transactional message: the tenant's own in the language, then in English, then the platform's.</summary>
internal sealed class TemplateShelf(NotificationsDb db)
{
    private readonly Dictionary<(string Key, string Language), EmailContent?> _found = [];

    public async Task<EmailContent?> FindAsync(string key, string language, CancellationToken ct)
    {
        if (_found.TryGetValue((key, language), out var known)) return known;
        if (SystemTemplates.Find(key) is { IsFixed: true } fixedWords) return _found[(key, language)] = new EmailContent(fixedWords.Subject, null, fixedWords.Html, null);
        var primary = language.Split('-')[0].ToLowerInvariant();
        string[] languages = [language, primary, StoredTemplate.DefaultLanguage];
        var own = await db.Templates.AsNoTracking().Where(t => t.Key == key && t.Channel == Message.Email && languages.Contains(t.Language)).ToListAsync(ct);
        var best = own.MinBy(t => Array.IndexOf(languages, t.Language));
        var content = best is not null ? new EmailContent(best.Subject, null, best.Html, best.Text)
            : SystemTemplates.Find(key) is { } system ? new EmailContent(system.Subject, null, system.Html, null) : null;
        return _found[(key, language)] = content;
    }
}

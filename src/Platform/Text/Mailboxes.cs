using System.Collections.Frozen;

namespace Tideline.Platform.Text;

/// <summary>Which different addresses reach one mailbox. Only providers known to do so: a plus means nothing elsewhere.</summary>
internal static class Mailboxes
{
    private static readonly FrozenSet<string> PlusTags = new[]
    {
        "outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "outlook.fr", "outlook.es", "hotmail.co.uk", "hotmail.de",
        "hotmail.fr", "hotmail.es", "hotmail.it", "hotmail.se", "live.se", "live.co.uk", "live.de", "live.fr",
        "icloud.com", "me.com", "mac.com", "fastmail.com", "fastmail.fm",
        "proton.me", "protonmail.com", "pm.me", "yandex.ru", "yandex.com", "zoho.com", "zohomail.com", "hey.com", "mailbox.org", "posteo.de",
    }.ToFrozenSet();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> PlusTagDomains = PlusTags.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The key of a canonical address whose @ is at <paramref name="at"/>.</summary>
    public static string KeyOf(string address, int at)
    {
        var local = address.AsSpan(0, at);
        var domain = address.AsSpan(at + 1);
        if (domain is "gmail.com" or "googlemail.com")
        {
            var name = WithoutTag(local).ToString().Replace(".", "");
            return string.Concat(name, "@gmail.com");
        }
        if (!PlusTagDomains.Contains(domain)) return address;
        // The domains of one provider stay apart: ann@icloud.com and ann@me.com need not be one person.
        var bare = WithoutTag(local);
        return bare.Length == local.Length ? address : string.Concat(bare, "@", domain);
    }

    // A name that begins with its tag (+sales@…) would have nothing left.
    private static ReadOnlySpan<char> WithoutTag(ReadOnlySpan<char> local) => local.IndexOf('+') is > 0 and var plus ? local[..plus] : local;
}

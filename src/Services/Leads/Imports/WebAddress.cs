namespace Tideline.Leads.Imports;

/// <summary>Reads the address of a website as people write it.</summary>
internal static class WebAddress
{
    /// <summary>The address with its scheme and the host in lower case, or null when the text is no http address.</summary>
    public static string? Normalize(string text)
    {
        var scheme = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? "https://"
            : text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? "http://"
            : "";
        var rest = text.AsSpan(scheme.Length);
        var hostLength = rest.IndexOfAny('/', '?', '#');
        var host = hostLength < 0 ? rest : rest[..hostLength];
        // user@host is an e-mail address or a trap, host:port no public site; other schemes leave their colon here too.
        if (!IsHost(host) || rest.ContainsAny(' ', '\t', '"') || rest.ContainsAny('<', '>')) return null;
        if (scheme.Length > 0 && text.StartsWith(scheme, StringComparison.Ordinal) && !host.ContainsAnyInRange('A', 'Z')) return text;
        return string.Concat(scheme.Length == 0 ? "https://" : scheme, host.ToString().ToLowerInvariant(), rest[host.Length..]);
    }

    private static bool IsHost(ReadOnlySpan<char> host)
    {
        if (host.Length is < 4 or > 253 || host[0] is '.' or '-' || host[^1] is '.' or '-') return false;
        var dots = 0;
        var previous = '\0';
        foreach (var c in host)
        {
            if (c == '.')
            {
                if (previous == '.') return false;
                dots++;
            }
            else if (!char.IsLetterOrDigit(c) && c is not ('-' or '_') && c < 0x80)
            {
                return false;
            }
            previous = c;
        }
        return dots > 0 && char.IsLetter(host[^1]);
    }
}

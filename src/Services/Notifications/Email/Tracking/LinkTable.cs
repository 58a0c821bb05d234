namespace Tideline.Notifications.Email;

/// <summary>
/// The links of one template, each address once, in the order of the text: the same template always gives the same table,
/// so ten thousand messages share one. A personalised link has a place in it too, for counting, but its target is in the
/// token of the message.
/// </summary>
internal sealed record LinkTable(IReadOnlyList<LinkTarget> Links)
{
    /// <summary>Where a click leads, or null: then it is not a link of this table and must not be followed.</summary>
    public string? Resolve(TrackingToken token)
    {
        if (token.Kind != TrackingKind.Click || token.Link >= Links.Count) return null;
        var link = Links[token.Link];
        if (link.IsStatic != token.Target is null) return null;
        var target = link.IsStatic ? link.Address : token.Target!;
        return IsWeb(target) ? target : null;
    }

    public static bool IsWeb(string address) => HasWebScheme(address) &&
        !address.AsSpan().ContainsAnyInRange('\0', ' ') && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Host.Length > 0;

    public static bool HasWebScheme(ReadOnlySpan<char> address) =>
        address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}

/// <param name="Address">The target, or the template of a personalised one.</param>
/// <param name="IsStatic">The same in every message.</param>
internal sealed record LinkTarget(string Address, bool IsStatic);

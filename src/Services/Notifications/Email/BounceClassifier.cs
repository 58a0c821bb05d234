using System.Text;

namespace Tideline.Notifications.Email;

internal enum BounceKind
{
    /// <summary>The address will never work: suppress it.</summary>
    Hard,

    /// <summary>The mailbox or its host cannot take mail now: try again, and only count.</summary>
    Soft,

    /// <summary>The receiver distrusts the sender's address, network or domain: the recipient is not to blame.</summary>
    Block,

    /// <summary>The receiver's rules refuse this message: content, size, sender, or authentication (SPF, DKIM, DMARC).</summary>
    Policy,
}

/// <summary>
/// What an SMTP answer, or the diagnostic code of a delivery report, says about the address it was given for. An answer
/// that nothing here knows is soft: a wrong guess must never take a living address off a list.
/// </summary>
internal static class BounceClassifier
{
    // Order matters. Receivers put the reason in words and are careless with numbers (a blocked network is often 5.1.x, a
    // full mailbox 5.1.1), so words that name a reason beat the number, and the more telling words come first.
    private static readonly (BounceKind Kind, string[] Words)[] Reasons =
    [
        (BounceKind.Soft, ["greylist", "graylist", "grey-list", "gray-list", "grey list"]),
        (BounceKind.Hard, ["due to inactivity", "mailbox has been blocked", "mailbox is blocked", "account has been blocked"]),
        (BounceKind.Policy,
        [
            "dmarc", "spf ", "spf:", "spf-", "(spf)", "spf.", "dkim", "unauthenticated", "not authenticated",
            "pass authentication", "authentication checks", "authentication requirements", "authentication level",
            "sender address rejected", "sender rejected", "sender verify", "sender domain", "domain of sender",
            "send as this sender", "message too large", "message size", "exceeds size", "exceeded size", "too big",
            "size limit", "attachment", "virus", "malware", "phish", "line too long", "rfc 5322", "rfc 2822", "rfc5322",
            "content rejected", "message content", "its content", "security issue", "local policy", "policy violation",
            "policy reasons", "contains a link", "url listed", "header",
        ]),
        (BounceKind.Block,
        [
            "spamhaus", "barracuda", "spamcop", "sorbs", "dnsbl", "rbl", "blacklist", "black list", "blocklist", "block list",
            "block-list", "blocked using", "is blocked", "been blocked", "are blocked", "address blocked", "ip blocked",
            "blocked by", "envelope blocked", "administrative prohibition", "reputation", "unsolicited", "spam", "bulk mail",
            "junk", "complaint", "[ts", "banned", "not allowed to send", "unusual rate", "rate limit", "too many connections",
            "too many messages", "throttl", "ptr record", "reverse dns", "rdns", "dynamic ip", "suspicious", "listed at",
            "listed by", "listed in", "listed on", "client host rejected", "refused by policy", "not accepting mail from",
            "poor sender",
        ]),
        (BounceKind.Soft,
        [
            "mailbox full", "mailbox is full", "is full", "quota", "out of storage", "storage allocation", "insufficient",
            "exceeded storage", "receiving mail at a rate", "receiving mail too quickly", "timed out", "timeout",
            "connection refused", "connection reset", "no route to host", "unreachable", "busy", "system load",
            "internal error", "local error", "lost connection", "try again", "temporar", "deferred", "relay access denied",
            "relaying denied", "relay not permitted", "unable to relay", "not permitted to relay", "unavailable, closing",
        ]),
        (BounceKind.Hard,
        [
            "user unknown", "unknown user", "no such", "does not exist", "doesn't exist", "doesnt exist", "not exist",
            "user not found", "recipient not found", "address not found", "mailbox not found", "recipientnotfound",
            "unknown recipient", "recipient unknown", "unknown mailbox", "unknown address", "address unknown",
            "invalid recipient", "invalid mailbox", "invalid address", "invalid user", "not a valid mailbox",
            "not a valid user", "not a valid recipient", "not a known user", "unrouteable", "unroutable", "mailbox unavailable",
            "mailbox is unavailable", "mailbox disabled", "account disabled", "is disabled", "been disabled", "inactive",
            "no longer", "deactivated", "account closed", "account that you tried to reach", "no mailbox", "user doesn't have",
            "domain name not found", "domain not found", "unknown domain", "nxdomain", "null mx", "not accept mail",
            "doesn't accept mail", "recipient address rejected", "undeliverable address", "recipient rejected",
            "user is terminated", "not our customer",
        ]),
    ];

    public static BounceKind Classify(SmtpReply reply) => Classify(reply.Code, reply.Status, reply.Text);

    /// <summary>Classifies an answer given to MAIL, RCPT, DATA or the message.</summary>
    public static BounceKind Classify(int code, EnhancedStatus status, string text)
    {
        var said = ByWords(WithoutAddresses(text));
        // A temporary answer never condemns an address, whatever its words are.
        if (code is >= 400 and < 500) return said is BounceKind.Hard ? BounceKind.Soft : said ?? ByTemporaryStatus(status);
        if (code is < 500 or >= 600) return BounceKind.Soft;
        return said ?? ByStatus(status) ?? BounceKind.Soft;
    }

    private static BounceKind? ByWords(string text)
    {
        foreach (var (kind, words) in Reasons)
        {
            foreach (var word in words)
            {
                if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return kind;
            }
        }
        return null;
    }

    /// <summary>Addresses and links are quoted in answers, and "nospam@…" or "/bulk-mail" are no reasons.</summary>
    private static string WithoutAddresses(string text)
    {
        if (!text.Contains('@') && !text.Contains("://", StringComparison.Ordinal)) return text;
        var kept = new StringBuilder(text.Length);
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan(range);
            if (!word.Contains('@') && !word.Contains("://", StringComparison.Ordinal)) kept.Append(word).Append(' ');
        }
        return kept.ToString();
    }

    private static BounceKind ByTemporaryStatus(EnhancedStatus status) => status switch
    {
        { Subject: 7, Detail: >= 20 and <= 29 } => BounceKind.Policy,
        { Subject: 7 } => BounceKind.Block,
        _ => BounceKind.Soft,
    };

    private static BounceKind? ByStatus(EnhancedStatus status) => status switch
    {
        { Class: not 5 } => null,
        { Subject: 1, Detail: 7 or 8 } => BounceKind.Policy,   // our own sender address
        { Subject: 1, Detail: >= 1 and <= 3 or 6 or 10 } => BounceKind.Hard,
        { Subject: 2, Detail: 1 } => BounceKind.Hard,          // mailbox disabled
        { Subject: 2, Detail: 3 } => BounceKind.Policy,        // too long for this mailbox
        { Subject: 3, Detail: 4 } => BounceKind.Policy,        // too big for the system
        { Subject: 6 } => BounceKind.Policy,                   // the content cannot be carried
        { Subject: 7, Detail: 0 or 1 } => BounceKind.Block,
        { Subject: 7 } => BounceKind.Policy,
        _ => BounceKind.Soft,
    };
}

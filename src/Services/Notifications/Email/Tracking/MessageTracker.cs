using System.Text;
using Tideline.Notifications.Templates;

namespace Tideline.Notifications.Email;

/// <summary>Where the tracking addresses of this installation are.</summary>
internal sealed class TrackingAddresses
{
    public TrackingAddresses(Uri publicBase, TrackingTokens tokens)
    {
        if (!publicBase.IsAbsoluteUri || publicBase.Scheme is not ("http" or "https") || publicBase.Query.Length > 0)
            throw new ArgumentException("The public address must be an absolute http address without a query.", nameof(publicBase));
        Tokens = tokens;
        var root = publicBase.AbsoluteUri.TrimEnd('/');
        OpenPrefix = Encoding.ASCII.GetBytes(root + "/t/o/");
        ClickPrefix = Encoding.ASCII.GetBytes(root + "/t/c/");
        UnsubscribePrefix = root + "/u/";
    }

    public TrackingTokens Tokens { get; }

    public byte[] OpenPrefix { get; }

    public byte[] ClickPrefix { get; }

    public string UnsubscribePrefix { get; }

    public string Unsubscribe(Guid message) => UnsubscribePrefix + Tokens.Unsubscribe(message);
}

/// <summary>The tracking addresses of one message.</summary>
internal sealed class MessageTracker(TrackingAddresses addresses, Guid message) : ILinkTracker
{
    public void WriteClick(MailBuffer output, int link)
    {
        output.Write(addresses.ClickPrefix);
        addresses.Tokens.Write(output, TrackingKind.Click, message, link);
    }

    public bool TryWriteClick(MailBuffer output, int link, string target)
    {
        if (!LinkTable.IsWeb(target) || Encoding.UTF8.GetByteCount(target) > TrackingTokens.MaxTarget) return false;
        output.Write(addresses.ClickPrefix);
        addresses.Tokens.Write(output, TrackingKind.Click, message, link, target);
        return true;
    }

    public void WriteOpen(MailBuffer output)
    {
        output.Write(addresses.OpenPrefix);
        addresses.Tokens.Write(output, TrackingKind.Open, message);
        output.Write(".gif"u8);
    }
}

using System.Net.Security;

namespace Tideline.Notifications.Email;

internal enum SmtpSecurity
{
    /// <summary>Never encrypted. For a relay on the same machine.</summary>
    None,

    /// <summary>STARTTLS if the relay offers it; a man in the middle can take the offer away.</summary>
    StartTlsIfOffered,

    /// <summary>STARTTLS or nothing.</summary>
    StartTls,

    /// <summary>TLS from the first byte (port 465).</summary>
    Implicit,
}

/// <summary>How to reach a relay, and how hard it may be pressed.</summary>
internal sealed record SmtpOptions
{
    public required string Host { get; init; }

    public required int Port { get; init; }

    public SmtpSecurity Security { get; init; } = SmtpSecurity.StartTls;

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Send the password over an unencrypted connection. Otherwise such an account fails in the Auth phase.</summary>
    public bool AllowPlainPassword { get; init; }

    /// <summary>What EHLO says; must be a host name or the server may refuse.</summary>
    public string ClientName { get; init; } = "localhost";

    public int MaxConnections { get; init; } = 10;

    public int MaxMessagesPerConnection { get; init; } = 1000;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the greeting and for each command.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For writing a message.</summary>
    public TimeSpan DataTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// For the answer to the end of a message, the one wait whose abandonment makes a message unknown: as long as
    /// RFC 5321 4.5.3.2.6 asks.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a message already begun may still take once the sender was told to stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An unused connection says QUIT after this.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection unused for this long is asked NOOP before a message is trusted to it.</summary>
    public TimeSpan ProbeAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shared by all transports that must keep one pace together.</summary>
    public SendRate? Rate { get; init; }

    /// <summary>For relays whose certificate no public authority signed. Absent: the usual rules.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    // The password must not reach a log by way of the record's own text.
    public override string ToString() => $"{Host}:{Port} ({Security})";
}

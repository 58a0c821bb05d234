using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Tideline.Notifications.Email;

namespace Tideline.Notifications;

internal enum DeliveryMode
{
    /// <summary>Messages are kept for looking at; nothing leaves the installation.</summary>
    Sandbox,

    /// <summary>Messages go to a relay.</summary>
    Smtp,
}

/// <summary>Settings under <c>Services:notifications</c>.</summary>
internal sealed class NotificationsOptions : IValidatableObject
{
    public DeliveryMode Mode { get; set; } = DeliveryMode.Sandbox;

    /// <summary>Seals the tokens in tracking and unsubscribe addresses. The same in every copy of the service, for as long as those addresses shall work.</summary>
    [Required, MinLength(32, ErrorMessage = "Services:notifications:TrackingSecret needs at least 32 characters of randomness.")]
    public string TrackingSecret { get; set; } = "";

    /// <summary>Where recipients and users reach the installation; addresses in messages begin with it. One-Click unsubscribing is promised for https only.</summary>
    [Required, Url]
    public string PublicUrl { get; set; } = "http://127.0.0.1:8080";

    [ValidateObjectMembers]
    public SmtpSettings Smtp { get; set; } = new();

    /// <summary>Pause before a message is tried again; each further one is four times as long, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan RetryFrom { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest pause between tries of a message.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan RetryUpTo { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long after its first try a message is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long leads that are given to an agent are gathered into one e-mail.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan AssignmentDigest { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for leads of an import, which come for longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ImportDigest { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the sandbox keeps messages.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan KeepSandbox { get; set; } = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Mode == DeliveryMode.Smtp && string.IsNullOrWhiteSpace(Smtp.Host))
            yield return new ValidationResult("Services:notifications:Smtp:Host is needed for the mode smtp.", [nameof(Smtp)]);
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Query.Length > 0)
            yield return new ValidationResult("Services:notifications:PublicUrl must be an absolute address without a query.", [nameof(PublicUrl)]);
    }
}

/// <summary>The relay of the mode smtp.</summary>
internal sealed class SmtpSettings
{
    public string Host { get; set; } = "";

    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>None, StartTlsIfOffered, StartTls or Implicit.</summary>
    public SmtpSecurity Security { get; set; } = SmtpSecurity.StartTls;

    public string? Username { get; set; }

    public string? Password { get; set; }

    /// <summary>Send the password even over a connection that is not encrypted.</summary>
    public bool AllowPlainPassword { get; set; }

    /// <summary>How this installation calls itself in EHLO.</summary>
    public string ClientName { get; set; } = "localhost";

    [Range(1, 500)]
    public int MaxConnections { get; set; } = 20;

    [Range(1, 1_000_000)]
    public int MaxMessagesPerConnection { get; set; } = 1000;

    /// <summary>Pace of this process; 0 is as fast as the relay takes them.</summary>
    [Range(0, 1_000_000)]
    public double MaxPerSecond { get; set; }

    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the answer to a message may take before its end is unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(10);
}

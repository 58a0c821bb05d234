using Microsoft.Extensions.Options;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Delivery;

/// <summary>The one way out for mail: the relay, or the sandbox, which takes everything and lets nothing out.</summary>
internal sealed class MailGateway : IAsyncDisposable
{
    public const string Sandbox = "sandbox";
    public const string Smtp = "smtp";

    private static readonly SmtpOutcome Captured = new SmtpOutcome.Sent(new SmtpReply(250, new EnhancedStatus(2, 0, 0), "Captured by the sandbox."), null);

    private readonly SmtpTransport? _relay;
    private volatile string? _trouble;

    public MailGateway(IOptions<NotificationsOptions> options, TimeProvider clock)
    {
        var smtp = options.Value.Smtp;
        if (options.Value.Mode != DeliveryMode.Smtp) return;
        _relay = new SmtpTransport(new SmtpOptions
        {
            Host = smtp.Host,
            Port = smtp.Port,
            Security = smtp.Security,
            Username = smtp.Username,
            Password = smtp.Password,
            AllowPlainPassword = smtp.AllowPlainPassword,
            ClientName = smtp.ClientName,
            MaxConnections = smtp.MaxConnections,
            MaxMessagesPerConnection = smtp.MaxMessagesPerConnection,
            CommandTimeout = smtp.CommandTimeout,
            AnswerTimeout = smtp.AnswerTimeout,
            Rate = smtp.MaxPerSecond > 0 ? new SendRate(smtp.MaxPerSecond, clock) : null,
        }, clock);
    }

    public bool IsSandbox => _relay is null;

    /// <summary>As it stands in the log of messages.</summary>
    public string Provider => IsSandbox ? Sandbox : Smtp;

    public string? Host => _relay?.Options.Host;

    public int? Port => _relay?.Options.Port;

    /// <summary>Why the relay let nobody in when it was last tried; null when it did.</summary>
    public string? Trouble => _trouble;

    /// <summary>Hands messages over; an outcome for each, in their order.</summary>
    public async Task<IReadOnlyList<SmtpOutcome>> SendAsync(IReadOnlyList<SmtpMail> mails, CancellationToken ct)
    {
        if (_relay is null) return [.. mails.Select(_ => Captured)];
        var outcomes = await _relay.SendAsync(mails, ct);
        // Whoever answered about a message has let us in.
        if (outcomes.FirstOrDefault(o => o is SmtpOutcome.Retry { IsRelayFault: true }) is SmtpOutcome.Retry fault) _trouble = fault.Reason;
        else if (outcomes.Any(o => o is not SmtpOutcome.Retry { Phase: SmtpPhase.NotStarted })) _trouble = null;
        return outcomes;
    }

    public ValueTask DisposeAsync() => _relay?.DisposeAsync() ?? ValueTask.CompletedTask;
}

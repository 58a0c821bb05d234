using Microsoft.Extensions.Options;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Delivery;

/// <summary>The one way out for mail: the relay, or the sandbox, which takes everything and lets nothing out.</summary>
internal sealed class MailGateway : IAsyncDisposable
{
    public const string Sandbox = "sandbox";
    public const string Smtp = "smtp";

    private static readonly SmtpOutcome Captured = new SmtpOutcome.Sent(new SmtpReply(250, new EnhancedStatus(2, 0, 0), "Captured by the sandbox."), null);

    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly SmtpTransport? _relay;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _rest;
    private readonly Lock _gate = new();
    private string? _trouble;
    private int _faults;
    private DateTimeOffset _restUntil;

    public MailGateway(IOptions<NotificationsOptions> options, TimeProvider clock)
    {
        (_clock, _rest) = (clock, options.Value.RetryFrom);
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
    public string? Trouble
    {
        get
        {
            lock (_gate) return _trouble;
        }
    }

    /// <summary>
    /// How long to leave a relay alone that let nobody in; zero when it did. Without it, a campaign would knock with each of its messages, and write each refusal down.
    /// </summary>
    public TimeSpan RestFor
    {
        get
        {
            lock (_gate) return _trouble is null || _restUntil <= _clock.GetUtcNow() ? TimeSpan.Zero : _restUntil - _clock.GetUtcNow();
        }
    }

    /// <summary>Hands messages over; an outcome for each, in their order.</summary>
    public async Task<IReadOnlyList<SmtpOutcome>> SendAsync(IReadOnlyList<SmtpMail> mails, CancellationToken ct)
    {
        if (_relay is null) return [.. mails.Select(_ => Captured)];
        var outcomes = await _relay.SendAsync(mails, ct);
        // Whoever answered about a message has let us in.
        if (outcomes.Any(o => o is not SmtpOutcome.Retry { Phase: < SmtpPhase.MailFrom })) Remember(null);
        else if (outcomes.FirstOrDefault(o => o is SmtpOutcome.Retry { IsRelayFault: true }) is SmtpOutcome.Retry fault) Remember(fault.Reason);
        return outcomes;
    }

    private void Remember(string? trouble)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            // Sendings side by side find the same closed door: that is one fault.
            if (trouble is null) _faults = 0;
            else if (_restUntil <= now)
            {
                var rest = _rest * Math.Pow(2, Math.Min(_faults++, 20));
                _restUntil = now + (rest < LongestRest ? rest : LongestRest);
            }
            _trouble = trouble;
        }
    }

    public ValueTask DisposeAsync() => _relay?.DisposeAsync() ?? ValueTask.CompletedTask;
}

using Tideline.Contracts.Notifications;
using Tideline.Notifications.Delivery;
using Tideline.Platform.Events;
using Tideline.Platform.Realtime;
using Tideline.Platform.Text;

namespace Tideline.Notifications.Messages;

/// <summary>Transactional mail that services ask for: once for each key, however often the asking comes.</summary>
internal sealed class SendRequestedEmails(NotificationsDb db, MessageIntake intake, ILiveUpdates live) : IHandleMany<EmailRequested>
{
    public async Task HandleAsync(IReadOnlyList<Received<EmailRequested>> events, CancellationToken ct)
    {
        await intake.AddAsync([.. events.Select(e => new NewMessage
        {
            Id = NewMessage.IdOf(db.Caller.TenantId, "email.requested " + e.Event.IdempotencyKey),
            Kind = MessageKind.Transactional,
            TemplateKey = e.Event.TemplateKey,
            BrandId = e.Event.BrandId,
            // An address that cannot be read is kept as it came: the log shows what was wrong with it.
            Address = EmailAddress.Parse(e.Event.To).Canonical ?? e.Event.To,
            Subject = e.Event.TemplateKey,
            Variables = MessageVariables.Json(e.Event.Variables),
            Traceparent = e.Envelope.Traceparent,
        })], ct);
        live.Changed(db.Caller.TenantId, "messages");
    }
}

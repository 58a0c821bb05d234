using Tideline.Contracts.Identity;
using Tideline.Platform.Events;
using Tideline.Platform.Security;

namespace Tideline.Identity.Sessions;

/// <summary>Has every process refuse the tokens of a session that has ended. By the bus, so that it comes about even when this process dies right after the end.</summary>
internal sealed class SpreadRevocation(SessionRevocations revocations) : IHandle<SessionRevoked>
{
    public Task HandleAsync(SessionRevoked happened, CancellationToken ct) => revocations.SpreadAsync(happened.SessionId, happened.Until, ct);
}

namespace Tideline.Identity.SignIn;

/// <summary>Somebody tried to sign in: kept for the account's owner and for investigations.</summary>
internal sealed class AccessAttempt
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid? UserId { get; init; }
    public required string EmailKey { get; init; }
    /// <summary><c>succeeded</c>, <c>refused</c>, or <c>challenged</c>: the password was right and a code was asked for. Attempts that the throttle turns away are not looked at and leave no row: a flood would fill the disk.</summary>
    public required string Outcome { get; init; }
    public required string Ip { get; init; }
    public required string UserAgent { get; init; }
    public required DateTimeOffset At { get; init; }
}

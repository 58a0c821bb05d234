using Tideline.Platform.Hosting;

namespace Tideline.Identity.Tokens;

/// <summary>Looks now and then whether the next signing key is due. Every copy of the service may look; one makes it.</summary>
internal sealed class RotateSigningKeys(SigningKeyRing ring, TimeProvider clock) : IServiceLoop
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);

    public async Task RunAsync(LoopHealth health, CancellationToken ct)
    {
        var next = DateTimeOffset.MinValue;
        while (true)
        {
            health.Beat();
            if (clock.GetUtcNow() >= next)
            {
                await ring.RotateAsync(ct);
                next = clock.GetUtcNow() + Between;
            }
            await Task.Delay(Pause, clock, ct);
        }
    }
}

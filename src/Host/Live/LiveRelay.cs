using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Host.Live;

/// <summary>Passes hints on from the feed to the sockets of their tenant, and closes the sockets of sessions and tokens that end.</summary>
internal sealed class LiveRelay(LiveFeed feed, RevokedSessions revoked, OpenSockets sockets, IHubContext<LiveHub> hub, TimeProvider clock, ILogger<LiveRelay> log) : BackgroundService
{
    // A hint that is lost costs a moment of age; memory that grows costs the process.
    private readonly Channel<LiveChange> _changes = Channel.CreateBounded<LiveChange>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        feed.Changed += Take;
        revoked.Added += sockets.Close;
        await using var sweep = clock.CreateTimer(_ => sockets.CloseExpired(), null, Sweep, Sweep);
        try
        {
            await foreach (var change in _changes.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await hub.Clients.Group(LiveHub.GroupOf(change.TenantId)).SendAsync("changed", new { topic = change.Topic, id = change.Id }, stoppingToken);
                }
                catch (Exception e) when (e is IOException or InvalidOperationException)
                {
                    log.LogDebug(e, "A live hint was not delivered");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
        finally
        {
            feed.Changed -= Take;
            revoked.Added -= sockets.Close;
        }
    }

    private void Take(LiveChange change) => _changes.Writer.TryWrite(change);
}

using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>kill -9 in the middle of the work: what was accepted comes to its end, and nothing happens twice.</summary>
[Collection(nameof(Topologies))]
public sealed class KillTests(OneProcess shape) : IClassFixture<OneProcess>
{
    [Fact]
    public async Task Killed_in_the_middle_of_an_import_and_of_a_campaign_nobody_is_lost_and_nobody_hears_twice()
    {
        var workspace = await Workspace.OpenAsync(shape);
        await workspace.RouteToAsync(await workspace.HireAsync(2));
        var owner = workspace.Owner;

        var id = await workspace.StartImportAsync(Sample.Csv(shape.Rows));
        await Eventually.Get(() => owner.GetAsync($"/api/leads/imports/{id}"), i => i["rowsDone"]!.GetValue<long>() > 0, "the import is under way", TimeSpan.FromMinutes(1));
        await shape.Gateway.KillAsync();
        await shape.Gateway.StartAsync();
        var import = await workspace.ImportedAsync(id);
        Assert.Equal(shape.Rows, import["rowsDone"]!.GetValue<long>());
        var leads = import["created"]!.GetValue<long>();
        Assert.Equal(shape.Rows, leads + import["updated"]!.GetValue<long>() + import["duplicates"]!.GetValue<long>() + import["rejected"]!.GetValue<long>());
        var shares = await workspace.AllAssignedAsync(leads);
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);

        var subject = "Storm " + Guid.NewGuid().ToString("n")[..8];
        var campaign = await workspace.WriteCampaignAsync(subject);
        var preview = await Eventually.Get(() => owner.PostAsync("/api/campaigns/audience/preview", new { audience = new { leadFilter = new { } } }),
            p => p["people"]!.GetValue<long>() == leads, "customers are resolved", TimeSpan.FromMinutes(2));
        var reachable = preview["reachable"]!.GetValue<long>();
        var before = shape.Sink.Messages.Count();
        await owner.PostAsync($"/api/campaigns/campaigns/{campaign}/start");
        await Eventually.Get(() => Task.FromResult(shape.Sink.Messages.Count() - before), n => n > 200, "messages go out", TimeSpan.FromMinutes(2));
        await shape.Gateway.KillAsync();
        var atKill = shape.Sink.Messages.Count() - before;
        await shape.Gateway.StartAsync();
        var stats = (await workspace.CompletedAsync(campaign))["stats"]!;

        // Whoever was at the relay's door at the kill is reported as unknown: told, not asked again.
        var (sent, unknown) = (stats["sent"]!.GetValue<long>(), stats["unknown"]!.GetValue<long>());
        Assert.Equal(reachable, sent + unknown);
        var mails = await workspace.MailsAsync(subject);
        Assert.Equal(mails.Length, mails.Select(m => m.ToAddress).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.InRange(mails.Length, sent, reachable);
        Assert.True(atKill < reachable, "The kill came too late to be one in the middle.");
    }
}

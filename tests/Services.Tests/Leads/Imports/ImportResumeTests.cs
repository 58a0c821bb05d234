using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Leads;
using Tideline.Leads.Imports;
using Tideline.Platform.Clients;
using Tideline.Platform.Realtime;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Runs that are broken off at any point. The runs are the test's own; no job is asked for, so that nobody else works on the import.</summary>
public sealed class ImportResumeTests(PlatformFixture fixture)
{
    private sealed class PowerFailure : Exception;

    // Dies at the n-th hint, which comes right after a commit.
    private sealed class DyingAfter(int commits) : ILiveUpdates
    {
        private int _hints;

        public void Changed(Guid tenantId, string topic, Guid? id = null)
        {
            if (topic == "imports" && ++_hints == commits) throw new PowerFailure();
        }
    }

    private sealed class Quiet : ILiveUpdates
    {
        public void Changed(Guid tenantId, string topic, Guid? id = null)
        {
        }
    }

    [Fact]
    public async Task A_run_that_dies_goes_on_where_it_was_with_no_row_twice_and_none_lost()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var id = await RunningAsync(client, [.. Importing.People(4500), .. CsvFiles.Utf8("x,y,z,nobody,\r\nx,y,z,,\r\n")]);
        foreach (var commits in new[] { 1, 2, 1 })
        {
            await Assert.ThrowsAsync<PowerFailure>(() => RunAsync(client, id, new DyingAfter(commits)));
            var state = await client.GetAsync($"{Importing.Path}/{id}");
            Assert.Equal(("running", await client.LeadCountAsync()), (state["status"]!.GetValue<string>(), state["created"]!.GetValue<long>()));
        }
        Assert.Equal(4000, await client.LeadCountAsync());
        await RunAsync(client, id, new Quiet());
        var done = await client.EndedAsync(id);
        Assert.Equal((4500, 0, 0, 2), done.Counts());
        Assert.Equal(4500, await client.LeadCountAsync());
    }

    [Fact]
    public async Task What_was_not_committed_is_not_counted()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var id = await RunningAsync(client, Importing.People(2500));
        var batches = 0;
        await Assert.ThrowsAsync<PowerFailure>(() => fixture.Platform.InTenantAsync(client.TenantId, async services =>
        {
            ServiceFlow.Enter("leads", client.TenantId);
            var import = await services.GetRequiredService<LeadsDb>().Imports.AsNoTracking().SingleAsync(i => i.Id == id);
            // The intake with a failure between the writing of the leads and their commit.
            var drafts = Enumerable.Range(0, 10).Select(i => new LeadDraft { Email = $"half{i}@example.com", ImportId = import.Id }).ToList();
            await services.GetRequiredService<LeadIntake>().WriteAsync(drafts, DuplicatePolicy.Update, (_, _) => ++batches > 0 ? throw new PowerFailure() : Task.CompletedTask, default);
            return 0;
        }));
        Assert.Equal((1, 0), (batches, await client.LeadCountAsync()));
        await RunAsync(client, id, new Quiet());
        Assert.Equal((2500, 0, 0, 0), (await client.EndedAsync(id)).Counts());
    }

    [Fact]
    public async Task Two_runners_of_one_import_write_each_row_once()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var id = await RunningAsync(client, Importing.People(6000));
        await Task.WhenAll(RunAsync(client, id, new Quiet()), RunAsync(client, id, new Quiet()), RunAsync(client, id, new Quiet()));
        var done = await client.EndedAsync(id);
        Assert.Equal((6000, 0, 0, 0), done.Counts());
        Assert.Equal(6000, await client.LeadCountAsync());
    }

    [Fact]
    public async Task Cancelling_stops_between_batches_and_a_start_goes_on()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var id = await RunningAsync(client, Importing.People(5000));
        var cancelled = 0;
        await fixture.Platform.InTenantAsync(client.TenantId, async services =>
        {
            ServiceFlow.Enter("leads", client.TenantId);
            var run = ActivatorUtilities.CreateInstance<RunImport>(services, new Quiet());
            await run.RunAsync(id, async (_, _) =>
            {
                if (Interlocked.Exchange(ref cancelled, 1) == 0) await client.PostAsync($"{Importing.Path}/{id}/cancel");
            }, isLast: false, TestContext.Current.CancellationToken);
            return 0;
        });
        var stopped = await client.GetAsync($"{Importing.Path}/{id}");
        Assert.Equal(("cancelled", 1000L), (stopped["status"]!.GetValue<string>(), stopped["rowsDone"]!.GetValue<long>()));
        Assert.Equal(1000, await client.LeadCountAsync());

        await client.PostAsync($"{Importing.Path}/{id}/start");
        Assert.Equal(("completed", (5000, 0, 0, 0)), ((await client.EndedAsync(id))["status"]!.GetValue<string>(), (await client.EndedAsync(id)).Counts()));
    }

    [Fact]
    public async Task A_last_attempt_that_fails_leaves_an_import_that_can_be_started_again()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var id = await RunningAsync(client, Importing.People(1500));
        await Assert.ThrowsAsync<PowerFailure>(() => fixture.Platform.InTenantAsync(client.TenantId, async services =>
        {
            ServiceFlow.Enter("leads", client.TenantId);
            await ActivatorUtilities.CreateInstance<RunImport>(services, new Quiet()).RunAsync(id, (_, _) => throw new PowerFailure(), isLast: true, default);
            return 0;
        }));
        var failed = await client.GetAsync($"{Importing.Path}/{id}");
        Assert.Equal("failed", failed["status"]!.GetValue<string>());
        Assert.NotEmpty(failed["error"]!.GetValue<string>());
        await client.PostAsync($"{Importing.Path}/{id}/start");
        Assert.Equal((1500, 0, 0, 0), (await client.EndedAsync(id)).Counts());
    }

    private async Task<Guid> RunningAsync(ApiClient client, byte[] file)
    {
        var id = (await client.MapAsync(await client.UploadAsync(file)))["id"]!.GetValue<Guid>();
        await client.GetAsync("/api/leads/pipelines");
        await fixture.Platform.InTenantAsync(client.TenantId, services => services.GetRequiredService<LeadsDb>().Imports.Where(i => i.Id == id)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.Status, ImportStatus.Running)));
        return id;
    }

    private Task<int> RunAsync(ApiClient client, Guid id, ILiveUpdates live) => fixture.Platform.InTenantAsync(client.TenantId, async services =>
    {
        ServiceFlow.Enter("leads", client.TenantId);
        await ActivatorUtilities.CreateInstance<RunImport>(services, live).RunAsync(id, (_, _) => Task.CompletedTask, isLast: false, TestContext.Current.CancellationToken);
        return 0;
    });
}

using System.Text;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>However an import ends, it says so, and its numbers say what became of the rows.</summary>
public sealed class ImportEndTests(PlatformFixture fixture)
{
    [Theory]
    [InlineData(false)]
    public async Task An_import_whose_job_somebody_cancels_is_cancelled_and_can_be_started_again(bool whileItRuns)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        const int People = 60_000;
        // Paused: the job waits, and nobody ever runs it.
        if (!whileItRuns) await client.PostAsync("/api/worker/queues/imports/pause");
        var import = await client.MapAsync(await client.UploadAsync(Importing.People(whileItRuns ? People : 50)));
        var path = $"{Importing.Path}/{import["id"]}";
        await client.PostAsync(path + "/start");
        var job = (await Eventually.Get(() => client.GetAsync("/api/worker/jobs?type=leads.import"),
            j => j.Data().Count == 1 && (!whileItRuns || j.Data()[0].Text("state") == "running"), "the job is there"))["data"]![0]!;
        await client.PostAsync($"/api/worker/jobs/{job["id"]}/cancel");
        var stopped = await client.EndedAsync(import.Id());
        Assert.Equal("cancelled", stopped.Text("status"));
        Assert.NotNull(stopped["finishedAt"]);
        if (!whileItRuns) await client.PostAsync("/api/worker/queues/imports/resume");

        await Eventually.Get(() => client.GetAsync($"/api/worker/jobs/{job["id"]}"), j => j.Text("state") == "cancelled", "the job has ended");
        await client.PostAsync(path + "/start");
        var done = await client.EndedAsync(import.Id(), TimeSpan.FromSeconds(120));
        Assert.Equal(("completed", whileItRuns ? People : 50L), (done.Text("status"), done.Number("created")));
    }

    [Fact]
    public async Task Rows_of_one_person_far_apart_that_end_where_the_lead_stood_are_duplicates()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        // Ann changes and changes back, Bo really changes; two thousand others stand between their rows.
        var text = new StringBuilder("First name,Company,Email\nAnn,First,ann@lee.se\nBo,First,bo@lee.se\n");
        for (var i = 0; i < 2500; i++) text.Append($"P{i},Acme,p{i}@lee.se\n");
        var file = text.ToString() + "Ann,Second,ann@lee.se\nBo,Second,bo@lee.se\n";
        Assert.Equal((2502, 2, 0, 0), (await client.ImportAsync(file)).Counts());
        // Each row of Ann's and Bo's changes something at its moment; in the end nothing has changed.
        Assert.Equal((0, 0, 2504, 0), (await client.ImportAsync(file)).Counts());
        // And where something has, it is counted.
        Assert.Equal((0, 2, 2502, 0), (await client.ImportAsync(file.Replace("Bo,Second", "Bo,Third", StringComparison.Ordinal))).Counts());
        var bo = Assert.Single(await client.LeadsAsync("&q=bo@lee.se"));
        Assert.Equal("Third", bo.Text("company"));
    }
}

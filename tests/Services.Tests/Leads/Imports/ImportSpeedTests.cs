using System.Diagnostics;
using System.Text;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Run by hand (-explicit only): how fast rows become leads, with all services reacting to them.</summary>
[Collection(nameof(MeasuresTheProcess))]
public sealed class ImportSpeedTests(PlatformFixture fixture)
{
    private const int Rows = 100_000;

    [Fact(Explicit = true)]
    public async Task A_hundred_thousand_rows()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var file = File(Rows);
        var clock = Stopwatch.StartNew();
        var import = await client.MapAsync(await client.UploadAsync(file));
        Tell($"upload and mapping of {file.Length / 1e6:0.0} MB: {clock.Elapsed.TotalSeconds:0.00} s");
        clock.Restart();
        var dry = await client.PostAsync($"{Importing.Path}/{import["id"]}/dry-run");
        Tell($"dry run: {Rows / clock.Elapsed.TotalSeconds:N0} rows/s");
        Assert.Equal(Rows, dry["valid"]!.GetValue<long>());
        for (var round = 0; round < 2; round++)
        {
            if (round > 0) import = await client.MapAsync(await client.UploadAsync(file));
            await client.PostAsync($"{Importing.Path}/{import["id"]}/start");
            var done = await client.EndedAsync(import["id"]!.GetValue<Guid>(), TimeSpan.FromMinutes(5));
            var took = done["finishedAt"]!.GetValue<DateTimeOffset>() - done["startedAt"]!.GetValue<DateTimeOffset>();
            Tell($"{(round == 0 ? "import" : "the same again")}: {Rows / took.TotalSeconds:N0} rows/s {done.Counts()}");
            Assert.Equal(round == 0 ? (Rows, 0, 0, 0) : (0, 0, Rows, 0), done.Counts());
        }
    }

    private static byte[] File(int rows)
    {
        var text = new StringBuilder("First Name,Last Name,Company,Email,Phone,Website,Country,Source,Deal Value,Currency,Segment,Notes\r\n");
        for (var i = 0; i < rows; i++)
            text.Append($"First{i % 977},Last{i},\"Company {i % 4001}, Inc\",person{i}@example{i % 500}.com,+46 70 {i:0000000},https://example{i % 500}.com/,Sweden,Fair {i % 7},{i % 9000}.50,SEK,{(char)('A' + i % 5)},Met at the fair; wants to be called in week {i % 52}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Tell(string line) => TestContext.Current.TestOutputHelper!.WriteLine(line);
}

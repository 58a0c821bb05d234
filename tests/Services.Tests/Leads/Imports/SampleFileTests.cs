using System.Diagnostics;
using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>A public list of ten thousand leads, detected, suggested, read and mapped as a user would who only clicks "next".</summary>
[Collection(nameof(MeasuresTheProcess))]
public sealed class SampleFileTests
{
    [Fact]
    public async Task Imports_fully()
    {
        var (file, found) = await Sample();
        var reader = Reader(found);
        int leads = 0, extensions = 0;
        foreach (var row in await Rows(file, found.Dialect))
        {
            var result = reader.Read(row);
            Assert.Empty(result.Rejections);
            var lead = result.Lead!;
            leads++;
            Assert.True(lead is { FirstName: not null, LastName: not null, Company: not null, Website: not null, Source: not null, Stage: not null });
            Assert.NotNull(lead.Email!.Address);
            Assert.NotNull(lead.Email2!.Address);
            Assert.NotNull(lead.Phone!.E164);
            Assert.NotNull(lead.Phone2!.E164);
            Assert.Equal(["Account Id", "Lead Owner"], lead.Custom.Keys.Order());
            Assert.Empty(lead.Warnings);
            if (lead.Phone.Extension is not null) extensions++;
        }
        Assert.Equal((10_000, 6_089), (leads, extensions));
    }

    [Fact]
    public async Task Resumes_anywhere()
    {
        var (file, found) = await Sample();
        var all = await Rows(file, found.Dialect);
        for (var i = 0; i < all.Count; i += 997)
        {
            Assert.Equal(Shown(all.Skip(i + 1)), Shown(await Rows(file, found.Dialect, all[i].Next)));
        }
    }

    /// <summary>Run by hand (-explicit only): how fast one core detects, reads and maps.</summary>
    [Fact(Explicit = true)]
    public async Task Speed()
    {
        var (file, found) = await Sample();
        var header = found.Dialect!.Start + file.AsSpan().IndexOf((byte)'\n') + 1;
        using var large = new MemoryStream();
        large.Write(file.AsSpan(0, header));
        for (var i = 0; i < 100; i++) large.Write(file.AsSpan(header));

        for (var round = 0; round < 3; round++)
        {
            var read = await Measured(large, null);
            var mapped = await Measured(large, found);
            TestContext.Current.TestOutputHelper!.WriteLine($"read {read:N0} rows/s, detect + read + map {mapped:N0} rows/s");
        }
    }

    private static async Task<double> Measured(MemoryStream large, CsvDetection? toMap)
    {
        var clock = Stopwatch.StartNew();
        large.Position = 0;
        var found = await CsvDetection.OfAsync(large, ct: TestContext.Current.CancellationToken);
        var reader = Reader(found);
        var (rows, leads) = (0, 0);
        await foreach (var row in new CsvRows(large, found.Dialect!).ReadAsync(null, TestContext.Current.CancellationToken))
        {
            rows++;
            if (toMap is not null && reader.Read(row).Lead is not null) leads++;
        }
        Assert.Equal(1_000_000, toMap is null ? rows : leads);
        return rows / clock.Elapsed.TotalSeconds;
    }

    private static LeadRowReader Reader(CsvDetection found)
    {
        var mapping = new LeadMapping([.. ColumnSuggestions.For(found).Select(x => new ColumnTarget(x.Index, x.Field, x.CustomName))], "US", "USD");
        Assert.Empty(mapping.Problems(found.Columns));
        return new LeadRowReader(mapping, found.Columns);
    }

    private static async Task<(byte[] File, CsvDetection Found)> Sample()
    {
        var path = SampleFile();
        if (path is null) Assert.Skip("The sample file is not here.");
        var file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        return (file, Detect(file));
    }
}

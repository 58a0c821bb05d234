using System.Globalization;
using Tideline.Bench.Jobs;

// The product's job engine with a service whose jobs do nothing, for run.mjs: reads a command a line, answers with a line of JSON.
//   --data=FOLDER  for its PostgreSQL
// fill N | drain N | bulk N | single N IN_FLIGHT | pace RATE SECONDS | stock ready|scheduled|done N | clear | end
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var folder = args.Single(a => a.StartsWith("--data=", StringComparison.Ordinal))["--data=".Length..];
await using var engine = await Engine.StartAsync(folder);
Console.WriteLine(engine.Describe());
while (Console.ReadLine() is { } line && line != "end")
{
    var words = line.Split(' ');
    try
    {
        Console.WriteLine(words[0] switch
        {
            "fill" => await engine.FillAsync(int.Parse(words[1])),
            "drain" => await engine.DrainAsync(int.Parse(words[1])),
            "bulk" => await engine.BulkAsync(int.Parse(words[1])),
            "single" => await engine.SingleAsync(int.Parse(words[1]), int.Parse(words[2])),
            "pace" => await engine.PaceAsync(int.Parse(words[1]), int.Parse(words[2])),
            "stock" => await engine.StockAsync(words[1], int.Parse(words[2])),
            "clear" => await engine.ClearAsync(),
            _ => throw new ArgumentException($"What is '{line}'?"),
        });
    }
#pragma warning disable CA1031 // Told to run.mjs, which ends the run.
    catch (Exception e)
#pragma warning restore CA1031
    {
        Console.WriteLine(System.Text.Json.JsonSerializer.Serialize(new { error = e.ToString() }));
    }
}

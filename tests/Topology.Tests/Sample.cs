using System.Globalization;
using System.Text;

namespace Tideline.Topology.Tests;

/// <summary>A file of leads: the first rows of a public sample file where it is at hand, made-up people in the same shape otherwise.</summary>
internal static class Sample
{
    private const string Head = "Index,Account Id,Lead Owner,First Name,Last Name,Company,Phone 1,Phone 2,Email 1,Email 2,Website,Source,Deal Stage,Notes";

    /// <summary>CSV of at most this many rows.</summary>
    public static byte[] Csv(int rows)
    {
        if (Find() is { } path && File.ReadLines(path).Take(rows + 1).ToList() is var lines && lines.Count == rows + 1)
            return Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n");
        var text = new StringBuilder(Head).Append("\r\n");
        string[] stages = ["New Lead", "Contacted", "Qualified", "Closed - Won", "Closed - Lost"];
        for (var i = 1; i <= rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i},ACC{i:00000},\"Doe, Jane\",Ann{i},O'Hara{i},\"Müller, {i} & Co\",+1-{201 + i % 700}-555-{i % 10_000:0000}x{i % 100},")
                .Append(CultureInfo.InvariantCulture, $"001-{202 + i % 700}-555-{(i * 7) % 10_000:0000},ann{i}@example.com,office{i}@example.org,https://example.com/{i},Referral,{stages[i % 5]},\"Said \"\"yes\"\",\r\non line two\"\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "..", "shared", "data", "leads-10000.csv");
            if (File.Exists(Path.Combine(folder.FullName, "Tideline.slnx"))) return File.Exists(path) ? path : null;
        }
        return null;
    }
}

using System.Text.RegularExpressions;

namespace Tideline.Platform.Text;

/// <summary>What a column of an export holds: it decides which cells may begin with a plus or a minus.</summary>
public enum CsvCell
{
    /// <summary>Anything people typed: escaped when a spreadsheet would run it.</summary>
    Text,

    /// <summary>Phone numbers: +13079377505 stays as it is, so that it can be imported again.</summary>
    Phone,

    /// <summary>Numbers and amounts: -5 stays as it is.</summary>
    Number,
}

/// <summary>A column of a CSV export.</summary>
public sealed partial record CsvColumn(string Name, CsvCell Kind = CsvCell.Text)
{
    /// <summary>The cell as it is written. A value that is not what its column promises is escaped like text.</summary>
    internal string Safe(string value) => Kind switch
    {
        CsvCell.Phone when Phone().IsMatch(value) => value,
        CsvCell.Number when Number().IsMatch(value) => value,
        _ => CsvFormula.Escape(value),
    };

    [GeneratedRegex(@"\A\(?\+?[0-9][0-9 ().\-/]{0,40}(x[0-9]{1,20})?\z")]
    private static partial Regex Phone();

    [GeneratedRegex(@"\A-?[0-9]{1,40}([.,][0-9]{1,20})?\z")]
    private static partial Regex Number();
}

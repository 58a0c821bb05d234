namespace Tideline.Contracts;

/// <summary>An amount in the minor units of an ISO 4217 currency: 12300 EUR is one hundred and twenty-three euros.</summary>
public sealed record Money(long Amount, string Currency)
{
    private static readonly HashSet<string> WithoutDecimals =
        [.. "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".Split(' ')];

    private static readonly HashSet<string> WithThreeDecimals = [.. "BHD IQD JOD KWD LYD OMR TND".Split(' ')];

    /// <summary>How many decimals a currency has.</summary>
    public static int DecimalsOf(string currency) => WithoutDecimals.Contains(currency) ? 0 : WithThreeDecimals.Contains(currency) ? 3 : 2;

    /// <summary>The amount as people write it: 123.00.</summary>
    public decimal InMajorUnits()
    {
        var amount = (decimal)Amount;
        for (var i = DecimalsOf(Currency); i > 0; i--) amount /= 10;
        return amount;
    }
}

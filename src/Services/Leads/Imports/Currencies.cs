using System.Collections.Frozen;
using Tideline.Contracts;

namespace Tideline.Leads.Imports;

/// <summary>ISO 4217 currencies in use, how many decimals they have, and the signs people write.</summary>
internal static class Currencies
{
    private static readonly FrozenSet<string> Codes = (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE " +
        "CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS " +
        "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR " +
        "PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD " +
        "TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG").Split(' ').ToFrozenSet();

    // The first currency is meant unless the tenant's or the row's is among the others.
    private static readonly FrozenDictionary<string, string[]> Signs = new Dictionary<string, string[]>
    {
        ["€"] = ["EUR"],
        ["EURO"] = ["EUR"],
        ["EUROS"] = ["EUR"],
        ["£"] = ["GBP", "EGP", "FKP", "GIP", "SHP", "LBP"],
        ["$"] = ["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD", "BSD", "BBD", "BMD", "BND", "BZD", "FJD", "GYD",
            "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "UYU", "XCD", "DOP", "CUP", "CVE"],
        ["US$"] = ["USD"],
        ["USD$"] = ["USD"],
        ["C$"] = ["CAD"],
        ["CA$"] = ["CAD"],
        ["A$"] = ["AUD"],
        ["AU$"] = ["AUD"],
        ["NZ$"] = ["NZD"],
        ["HK$"] = ["HKD"],
        ["S$"] = ["SGD"],
        ["R$"] = ["BRL"],
        ["MX$"] = ["MXN"],
        ["NT$"] = ["TWD"],
        ["¥"] = ["JPY", "CNY"],
        ["￥"] = ["JPY", "CNY"],
        ["元"] = ["CNY"],
        ["円"] = ["JPY"],
        ["₹"] = ["INR"],
        ["RS"] = ["INR", "PKR", "LKR", "NPR", "MUR"],
        ["₽"] = ["RUB"],
        ["₺"] = ["TRY"],
        ["₩"] = ["KRW"],
        ["₪"] = ["ILS"],
        ["₫"] = ["VND"],
        ["₴"] = ["UAH"],
        ["₦"] = ["NGN"],
        ["฿"] = ["THB"],
        ["ZŁ"] = ["PLN"],
        ["KČ"] = ["CZK"],
        ["FT"] = ["HUF"],
        ["LEI"] = ["RON", "MDL"],
        ["R"] = ["ZAR"],
        ["RM"] = ["MYR"],
        ["FR"] = ["CHF"],
        ["SFR"] = ["CHF"],
    }.ToFrozenDictionary();

    private static readonly string[] Crowns = ["SEK", "NOK", "DKK", "ISK"];

    public static int DigitsOf(string code) => Money.DecimalsOf(code);

    /// <summary>The currency that a column's value names, or null.</summary>
    public static string? Parse(string text, string? fallback) => OfSign(text.Trim(), fallback);

    /// <summary>The currency of a code or sign; of several that share it the expected one.</summary>
    public static string? OfSign(string sign, string? expected)
    {
        var upper = sign.TrimEnd('.').ToUpperInvariant();
        if (Codes.Contains(upper)) return upper;
        // Four countries write kr: without a hint it is anybody's guess, and a guess here is wrong money.
        if (upper is "KR" or "KRONOR" or "KRONER") return Array.Find(Crowns, x => x == expected);
        if (!Signs.TryGetValue(upper, out var shared)) return null;
        return expected is not null && shared.Contains(expected) ? expected : shared[0];
    }
}

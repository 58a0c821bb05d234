using System.Collections.Frozen;
using NodaTime;
using Tideline.Platform.Api;
using Tideline.Platform.Text;

namespace Tideline.Identity.Tenants;

/// <summary>What a workspace's name, country, time zone and currency may be.</summary>
internal static class TenantRules
{
    public const string Country = "US";
    public const string TimeZone = "UTC";
    public const string Currency = "USD";

    // ISO 4217, the codes of money in circulation.
    private static readonly FrozenSet<string> Currencies = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF
        DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
        KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
        PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS
        UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    public static string NameOf(string name, string field = "name") =>
        name.Trim() is { Length: > 0 and <= 200 } trimmed ? trimmed : throw Problem.Invalid(field, "Must have 1 to 200 characters.");

    public static string CountryOf(string? country) => country is null
        ? Country
        : CountryCode.Parse(country) ?? throw Problem.Invalid("country", "Must be a country, best as its two-letter code: SE.");

    public static string TimeZoneOf(string? zone) => zone is null or TimeZone
        ? TimeZone
        : DateTimeZoneProviders.Tzdb.Ids.Contains(zone) ? zone : throw Problem.Invalid("timeZone", "Must be the name of a time zone: Europe/Stockholm.");

    public static string CurrencyOf(string? currency) => currency is null
        ? Currency
        : Currencies.Contains(currency.ToUpperInvariant()) ? currency.ToUpperInvariant() : throw Problem.Invalid("currency", "Must be the code of a currency: EUR.");
}

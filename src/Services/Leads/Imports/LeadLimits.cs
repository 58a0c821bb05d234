namespace Tideline.Leads.Imports;

/// <summary>
/// How long the values of a lead may be: as long as the API takes them, so that an imported lead can be edited. Longer ones
/// are refused, never cut: what was cut off would be lost unseen.
/// </summary>
internal static class LeadLimits
{
    public const int Name = 200;
    public const int Company = 300;
    public const int Typed = 320;
    public const int Website = 500;
    public const int Source = 200;
    public const int Stage = 200;
    public const int Notes = 10_000;
    public const int CustomName = 64;
    public const int CustomValue = 2_000;
    public const int CustomFields = 200;
}

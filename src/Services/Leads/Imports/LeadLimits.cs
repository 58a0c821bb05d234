namespace Tideline.Leads.Imports;

/// <summary>How long the values of a lead may be. Longer ones are refused, never cut: what was cut off would be lost unseen.</summary>
internal static class LeadLimits
{
    public const int Name = 200;
    public const int Company = 300;
    public const int Typed = 300;
    public const int Website = 2048;
    public const int Source = 200;
    public const int Stage = 200;
    public const int Notes = 20_000;
    public const int CustomName = 100;
    public const int CustomValue = 5_000;
}

using System.Globalization;

namespace Tideline.Notifications.Templates;

/// <summary>A colour of a brand, and what can be read on it (WCAG 2 contrast).</summary>
internal readonly record struct Colour(byte R, byte G, byte B)
{
    public static Colour White { get; } = new(255, 255, 255);

    public static Colour Black { get; } = new(0, 0, 0);

    public static Colour Ink { get; } = new(0x11, 0x18, 0x27);

    /// <summary>Reads #rgb or #rrggbb; anything else is the fallback, because it will stand in a style sheet.</summary>
    public static Colour Parse(string? text, Colour fallback)
    {
        if (text is not ['#', ..] || text.Length is not (4 or 7)) return fallback;
        var digits = text.Length == 7 ? text[1..] : string.Concat(text[1..].Select(c => $"{c}{c}"));
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb)
            ? new Colour((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb) : fallback;
    }

    public double Contrast(Colour other)
    {
        var (a, b) = (Luminance, other.Luminance);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    /// <summary>White or ink, or black on the few colours on which neither reaches a contrast of 4.5.</summary>
    public Colour TextOn() => Contrast(White) >= 4.5 ? White : Contrast(Ink) >= 4.5 ? Ink : Black;

    /// <summary>This colour, moved towards black or white until it can be read on the ground.</summary>
    public Colour ReadableOn(Colour ground, double contrast = 4.5)
    {
        var towards = ground.Luminance > 0.4 ? Black : White;
        var colour = this;
        for (var step = 1; step <= 20 && colour.Contrast(ground) < contrast; step++) colour = Mix(towards, step / 20.0);
        return colour;
    }

    public Colour Mix(Colour other, double share) => new(Part(R, other.R, share), Part(G, other.G, share), Part(B, other.B, share));

    private double Luminance => 0.2126 * Linear(R) + 0.7152 * Linear(G) + 0.0722 * Linear(B);

    private static double Linear(byte channel)
    {
        var c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
    }

    private static byte Part(byte from, byte to, double share) => (byte)Math.Round(from + (to - from) * share);

    public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";
}

using System.Text;

namespace Tideline.Platform.Events;

/// <summary>Which partition of the log an event goes to. Fixed for ever: a key that moved would lose its order.</summary>
internal static class Partitions
{
    public const int Count = 16;

    /// <summary>FNV-1a over the key's UTF-8, folded. Not <c>string.GetHashCode</c>, which differs in every process.</summary>
    public static short Of(string key)
    {
        var hash = 14695981039346656037UL;
        Span<byte> utf8 = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetMaxByteCount(key.Length) <= utf8.Length
            ? utf8[..Encoding.UTF8.GetBytes(key, utf8)]
            : Encoding.UTF8.GetBytes(key);
        foreach (var b in bytes) hash = (hash ^ b) * 1099511628211UL;
        hash ^= hash >> 32;
        hash ^= hash >> 16;
        return (short)(hash % Count);
    }
}

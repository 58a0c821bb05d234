using System.Security.Cryptography;
using System.Text;

namespace Tideline.Notifications.Templates;

/// <summary>
/// Things made from template text, kept by a hash of that text: what is the same for two tenants is the same thing, and a
/// changed text is another one. Bounded; the least recently used go first.
/// </summary>
internal sealed class TemplateCache<T>(int capacity) where T : class
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, T Value)>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, T Value)> _byUse = new();

    public int Count
    {
        get { lock (_gate) return _byKey.Count; }
    }

    /// <summary>Two threads may make the same thing at the same time; one of the two is kept.</summary>
    public T GetOrAdd(string key, Func<T> make)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known))
            {
                _byUse.Remove(known);
                _byUse.AddFirst(known);
                return known.Value.Value;
            }
        }
        var made = make();
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var known)) return known.Value.Value;
            _byKey[key] = _byUse.AddFirst((key, made));
            if (_byKey.Count > capacity)
            {
                _byKey.Remove(_byUse.Last!.Value.Key);
                _byUse.RemoveLast();
            }
            return made;
        }
    }

    /// <summary>A key for texts. Lengths are part of it: "a","bc" and "ab","c" are different texts.</summary>
    public static string KeyOf(params ReadOnlySpan<string?> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in texts)
        {
            hash.AppendData(BitConverter.GetBytes(text?.Length ?? -1));
            if (text is not null) hash.AppendData(Encoding.Unicode.GetBytes(text));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}

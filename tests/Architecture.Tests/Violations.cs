namespace Tideline.Architecture.Tests;

/// <summary>Collects everything that is wrong, so that one run names it all.</summary>
internal sealed class Violations
{
    private readonly List<string> _found = [];

    public IReadOnlyList<string> Found => _found;

    public void Add(string what) => _found.Add(what);

    public void AddUnless(bool isFine, string what)
    {
        if (!isFine) _found.Add(what);
    }

    /// <summary>Fails with the whole list and the rule that it breaks.</summary>
    public void AssertNone(string rule) =>
        Assert.True(_found.Count == 0, $"{rule}\n  {string.Join("\n  ", _found.Take(60))}{(_found.Count > 60 ? $"\n  … and {_found.Count - 60} more" : "")}");
}

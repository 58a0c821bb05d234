using System.Text.RegularExpressions;

namespace Tideline.Architecture.Tests.Code;

/// <summary>The source as text.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 450;
    private static readonly string[] TextFiles =
        [".cs", ".sql", ".csproj", ".props", ".slnx", ".md", ".json", ".yml", ".yaml", ".ts", ".tsx", ".css", ".mjs", ".html", ".sh", ".txt", ""];

    [Fact]
    public void Files_have_one_idea_each()
    {
        var wrong = new Violations();
        foreach (var file in Repository.Files("src", "*.cs"))
        {
            var lines = Repository.Read(file).AsSpan().Count('\n');
            wrong.AddUnless(lines <= MaxLines, $"{file}: {lines} lines");
        }
        wrong.AssertNone($"More than {MaxLines} lines are more than one idea:");
    }

    [Fact]
    public void Nothing_is_left_undone()
    {
        var wrong = new Violations();
        foreach (var file in Repository.Files("src", "*.cs").Concat(Repository.Files("src", "*.sql")).Concat(Repository.Files("templates")).Concat(Repository.Files("console/src")))
            Report(wrong, file, Repository.Read(file), Undone());
        wrong.AssertNone("Do it or leave it out:");
    }

    [Fact]
    public void No_file_names_the_machine_that_it_was_written_on()
    {
        var wrong = new Violations();
        foreach (var file in Repository.Files().Where(IsText)) Report(wrong, file, Repository.Read(file), MachinePath());
        wrong.AssertNone("Paths of one machine mean nothing on another:");
    }

    [Fact]
    public void The_root_holds_what_a_visitor_needs_and_nothing_else()
    {
        string[] known =
        [
            "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "run", "test", "Tideline.slnx", "Directory.Build.props", "Directory.Packages.props", "global.json",
            "Dockerfile", "compose.yaml",
        ];
        var loose = Directory.GetFiles(Repository.Root).Select(f => Path.GetFileName(f)!).Where(f => !f.StartsWith('.') && !f.EndsWith(".log", StringComparison.Ordinal)).Except(known);
        Assert.Empty(loose);
    }

    [Theory]
    [InlineData("// TODO: later", 1)]
    [InlineData("throw new NotImplementedException();", 1)]
    [InlineData("/* FIXME */", 1)]
    [InlineData("var todos = 1; // nothing", 0)]
    public void Unfinished_work_is_seen(string text, int count) => Assert.Equal(count, Undone().Count(text));

    /// <summary>Pooled connections are not reset between borrowers, so whatever is set must end with its transaction.</summary>
    [Fact]
    public void No_setting_outlives_its_transaction()
    {
        var wrong = new Violations();
        // The migrator's lock is the session's, and its connection is not pooled.
        foreach (var file in Repository.Files("src", "*.cs").Where(f => !f.EndsWith("/Migrator.cs", StringComparison.Ordinal)))
            Report(wrong, file, Repository.Read(file), SessionState());
        wrong.AssertNone("The next borrower of the pooled connection would inherit it:");
    }

    [Fact]
    public void A_setting_of_the_session_is_seen()
    {
        foreach (var sql in (string[])["\"set role x\"", "\"set search_path = y\"", "set_config('a', $1, false)", "create temp table t", "select pg_advisory_lock(1)"]) Assert.Matches(SessionState(), sql);
        foreach (var sql in (string[])["\"set local role x\"", "set_config('a', $1, true)", "update t set a = 1", "select pg_advisory_xact_lock(1)"]) Assert.DoesNotMatch(SessionState(), sql);
    }

    [Fact]
    public void A_machine_path_is_seen()
    {
        foreach (var path in (string[])["/home/anna/x", "/Users/anna/x", "/root/x", "C:\\Users\\anna", "/tm" + "p/wt/x"]) Assert.True(MachinePath().IsMatch(" " + path), path);
        Assert.DoesNotMatch(MachinePath(), "see /api/leads/home/anna or src/root/x");
    }

    private static void Report(Violations wrong, string file, string text, Regex pattern)
    {
        foreach (Match match in pattern.Matches(text)) wrong.Add($"{file}:{text.AsSpan(0, match.Index).Count('\n') + 1} {match.Value}");
    }

    private static bool IsText(string file) =>
        TextFiles.Contains(Path.GetExtension(file)) && !file.EndsWith("package-lock.json", StringComparison.Ordinal) && file != "tests/Architecture.Tests/Code/SourceTests.cs";

    [GeneratedRegex(@"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedException")]
    private static partial Regex Undone();

    // The listener tries for an advisory lock of its session, which is not pooled.
    [GeneratedRegex("""(?<="\s*)set (?!local )\w+ |set_config\([^()]*,\s*false\)|create temp\w* table|(?<!try_)pg_advisory_lock\(""")]
    private static partial Regex SessionState();

    // Folders of a person or of a build machine. Those of operating systems, such as /usr/lib and /var/lib, are facts.
    [GeneratedRegex(@"(?<![\w./*{}-])(/home/\w+|/Users/\w+|/root/\w+|/tmp/\w+|/work/\w+|[A-Z]:\\Users\\\w+)")]
    private static partial Regex MachinePath();
}

using System.CommandLine;
using System.Text.RegularExpressions;
using Tideline.Host.Commands;

namespace Tideline.Architecture.Tests.Documents;

/// <summary>What the documents tell people to type exists, and so does what they link to.</summary>
public sealed partial class CommandTests
{
    private static readonly Command[] Commands = [ServeCommand.Create(), MigrateCommand.Create(), ServicesCommand.Create(), NewServiceCommand.Create()];

    [Fact]
    public void Every_command_in_the_documents_is_one()
    {
        var wrong = new Violations();
        foreach (var file in Pages())
            foreach (var (line, command) in Typed(Repository.Read(file))) Check(command, what => wrong.Add($"{file}:{line} {command}: {what}"));
        wrong.AssertNone("The documents tell people to type what does not work:");
    }

    [Fact]
    public void Every_link_in_the_documents_leads_somewhere()
    {
        var wrong = new Violations();
        foreach (var file in Pages())
        {
            foreach (Match link in Link().Matches(Fence().Replace(Repository.Read(file), "")))
            {
                var target = link.Groups["target"].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal)) continue;
                var path = Repository.PathOf(Path.Combine(Path.GetDirectoryName(file)!, target));
                wrong.AddUnless(File.Exists(path) || Directory.Exists(path), $"{file}: {target}");
            }
        }
        wrong.AssertNone("Links that lead nowhere:");
    }

    [Theory]
    [InlineData("tideline serve --target all", 0)]
    [InlineData("tideline serve --colour red", 1)]
    [InlineData("tideline fly", 1)]
    [InlineData("./test --quickly", 1)]
    [InlineData("./run --urls http://127.0.0.1:9000", 0)]
    [InlineData("UPDATE_DOCS=1 ./test Documents", 0)]
    [InlineData("./launch", 1)]
    public void A_command_that_is_none_is_seen(string command, int count)
    {
        var wrong = new List<string>();
        Check(command, wrong.Add);
        Assert.Equal(count, wrong.Count);
    }

    private static void Check(string command, Action<string> wrong)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(w => Variable().IsMatch(w)).ToArray();
        if (words.Length == 0) return;
        if (words is ["dotnet", "run", "--project", "src/Host", "--", .. var rest]) words = ["tideline", .. rest];
        switch (words)
        {
            case ["tideline", var name, .. var options]:
                if (Array.Find(Commands, c => c.Name == name) is not { } known) wrong($"there is no command {name}");
                else CheckOptions(known, options, wrong);
                break;
            case ["./run", .. var options] when !options.Contains("--prepare"):
                CheckOptions(Commands[0], options, wrong);
                break;
            case ["./test", .. var options]:
                foreach (var option in options.Where(o => o.StartsWith('-')))
                    if (!Repository.Read("test").Contains("  " + option + ")", StringComparison.Ordinal)) wrong($"./test knows no {option}");
                break;
            case [var script, ..] when script.StartsWith("./", StringComparison.Ordinal):
                if (!File.Exists(Repository.PathOf(script[2..]))) wrong("there is no such file");
                break;
        }
    }

    private static void CheckOptions(Command command, string[] words, Action<string> wrong)
    {
        foreach (var word in words.Where(w => w.StartsWith("--", StringComparison.Ordinal)))
            if (command.Options.All(o => o.Name != word.Split('=')[0] && !o.Aliases.Contains(word))) wrong($"{command.Name} knows no {word}");
    }

    private static IEnumerable<(int Line, string Command)> Typed(string page)
    {
        var lines = page.ReplaceLineEndings("\n").Split('\n');
        var isShell = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isShell = !isShell && lines[i].Trim() is "```sh" or "```bash" or "```console";
                continue;
            }
            if (!isShell) continue;
            // Comments after a command explain it; a prompt is not typed.
            var command = lines[i].Split(" #")[0].Trim().TrimStart('$').Trim();
            if (command.Length > 0 && !command.StartsWith('#')) yield return (i + 1, command);
        }
    }

    private static IEnumerable<string> Pages() =>
        Repository.Files("", "*.md").Where(f => !f.StartsWith("templates/", StringComparison.Ordinal));

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^[A-Z_]+=")]
    private static partial Regex Variable();
}

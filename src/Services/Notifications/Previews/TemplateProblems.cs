using Tideline.Notifications.Delivery;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;
using Tideline.Platform.Api;
using ContractProblem = Tideline.Contracts.Notifications.TemplateProblem;

namespace Tideline.Notifications.Previews;

/// <summary>What is wrong with a template, as its author is told.</summary>
internal static class TemplateProblems
{
    /// <summary>Mistakes, and variables that nobody will fill.</summary>
    public static IReadOnlyList<ContractProblem> Of(EmailContent content, IReadOnlyCollection<string>? variables) =>
        [.. EmailTemplate.Check(content, variables).Select(Named)];

    /// <summary>The links of a content without mistakes.</summary>
    /// <exception cref="Problem">400, by part of the message.</exception>
    public static LinkTable ThrowIfAny(EmailContent content, PreparedTemplates prepared)
    {
        var problems = Of(content, null);
        if (problems.Count > 0)
            throw Problem.Invalid(problems.GroupBy(p => p.Where).ToDictionary(g => g.Key, g => g.Select(p => p.Message).ToArray()));
        try
        {
            return prepared.Prepare(content, null).Links;
        }
        catch (UnsendableException e)
        {
            throw Problem.Invalid("html", e.Message);
        }
    }

    // The engine says "html, line 3"; a field has to be named by its own name.
    private static ContractProblem Named(TemplateProblem problem)
    {
        var comma = problem.Where.IndexOf(", ", StringComparison.Ordinal);
        if (comma < 0) return new ContractProblem(problem.Where, problem.Message);
        var line = problem.Where[(comma + 2)..];
        return new ContractProblem(problem.Where[..comma], $"{char.ToUpperInvariant(line[0])}{line[1..]}: {problem.Message}");
    }
}

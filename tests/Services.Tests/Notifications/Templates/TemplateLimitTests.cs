using System.Diagnostics;
using System.Text;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Templates;

/// <summary>Templates written to hurt: none may end the process, hang it, or take its memory.</summary>
public class TemplateLimitTests
{
    private static readonly Dictionary<string, object?> Data = new()
    {
        ["a"] = "x",
        ["list"] = Enumerable.Range(0, 1000).Select(i => (object?)i).ToList(),
        ["big"] = new string('<', 300_000),
    };

    [Fact]
    public void Blocks_nest_thirty_two_deep_and_no_deeper()
    {
        Assert.Empty(Template.Check(Nested(32), TemplateKind.Html));
        Assert.Contains("32 deep", Assert.Single(Template.Check(Nested(33), TemplateKind.Html)).Message, StringComparison.Ordinal);
        // Where a parser that recurses first and checks later would end the process.
        Assert.Single(Template.Check(string.Concat(Enumerable.Repeat("{{#if a}}", 19_000)), TemplateKind.Html));
        Assert.Single(Template.Check("{{#if a}}" + string.Concat(Enumerable.Repeat("{{else if a}}", 19_000)), TemplateKind.Html));
        Assert.Single(Template.Check("{{" + new string('(', 4000), TemplateKind.Html));
        Assert.Single(Template.Check("{{upper " + string.Concat(Enumerable.Repeat("(upper ", 500)), TemplateKind.Html));

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("{{#if a}}", depth)) + string.Concat(Enumerable.Repeat("{{/if}}", depth));
    }

    [Fact]
    public void Size_and_number_of_tags_are_bounded()
    {
        Assert.Contains("512 KB", Assert.Single(Template.Check(new string('x', 512 * 1024 + 1), TemplateKind.Html)).Message, StringComparison.Ordinal);
        Assert.Empty(Template.Check(new string('x', 512 * 1024), TemplateKind.Html));
        Assert.Contains("tags", Assert.Single(Template.Check(string.Concat(Enumerable.Repeat("{{a}}", 20_001)), TemplateKind.Html)).Message, StringComparison.Ordinal);
        Assert.Single(Template.Check("{{" + new string('a', 5000) + "}}", TemplateKind.Html));
        Assert.Single(Template.Check("{{a" + string.Concat(Enumerable.Repeat(".a", 17)) + "}}", TemplateKind.Html));
    }

    [Theory]
    [InlineData("{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}")]            // no output at all
    [InlineData("{{#each list}}{{#each ../list}}{{#each ../../list}}x{{/each}}{{/each}}{{/each}}")]
    [InlineData("{{#each list}}{{#each ../list}}{{#if (upper (lower @root.big))}}{{/if}}{{/each}}{{/each}}")]
    [InlineData("{{#each list}}{{@root.big}}{{/each}}")]
    [InlineData("{{big}}")]                                                                                        // 4 bytes for each character
    [InlineData("{{#each list}}{{#each ../list}}{{{@root.big}}}{{/each}}{{/each}}")]
    public void Work_and_output_are_bounded(string source)
    {
        Assert.True(Template.TryParse(source, TemplateKind.Html, out var template, out _));
        using var output = new MailBuffer();
        output.Write("before"u8);
        var watch = Stopwatch.StartNew();
        Assert.Throws<TemplateLimitException>(() => template.Render(Data, output));
        Assert.InRange(watch.ElapsedMilliseconds, 0, 2000);
        Assert.Equal("before", output.ToString());
        Assert.InRange(output.GetMemory().Length, 0, 8 * 1024 * 1024);
    }

    [Fact]
    public void Data_that_contains_itself_does_not_matter()
    {
        var loop = new Dictionary<string, object?>();
        loop["me"] = loop;
        Assert.Equal("", TemplateTests.Render("{{me}}{{me.me.me}}", loop));
        Assert.Equal("x", TemplateTests.Render("{{#each me}}{{#each this}}{{#with me}}x{{/with}}{{/each}}{{/each}}", loop));
    }

    [Fact]
    public void A_hundred_thousand_generated_templates_parse_or_are_refused_and_render_within_bounds()
    {
        string[] parts =
        [
            "{{", "}}", "{{{", "}}}", "{{#if a}}", "{{/if}}", "{{else}}", "{{#each list}}", "{{/each}}", "{{#with a}}", "{{/with}}", "{{#unless a}}", "{{/unless}}",
            "{{a}}", "{{upper a}}", "{{../a}}", "{{@index}}", "{{!--", "--}}", "{{~", "~}}", "\\{{", "\"", "'", "(", ")", "[", "]", "a", ".", "/", "@", "#", "^", " ", "\n", "text",
            "{{else if a}}", "{{&a}}", "=", "|", "this", "..", "default", "\r\n", "å", "\uD800", "\0", "{{> x}}", "&", "<",
        ];
        var random = new Random(42);
        var small = new Dictionary<string, object?> { ["a"] = "x", ["list"] = new List<object?> { 1, 2, 3 } };
        var source = new StringBuilder();
        var parsed = 0;
        for (var i = 0; i < 100_000; i++)
        {
            source.Clear();
            for (var n = random.Next(1, 14); n > 0; n--) source.Append(parts[random.Next(parts.Length)]);
            if (!Template.TryParse(source.ToString(), TemplateKind.Html, out var template, out var problem))
            {
                Assert.StartsWith("line ", problem.Where, StringComparison.Ordinal);
                continue;
            }
            parsed++;
            template.Render(small);
        }
        Assert.InRange(parsed, 1000, 99_000);
    }

    [Fact]
    public void The_cache_forgets_the_least_used_and_tells_texts_apart()
    {
        var cache = new TemplateCache<object>(2);
        var a = cache.GetOrAdd("a", () => new object());
        cache.GetOrAdd("b", () => new object());
        Assert.Same(a, cache.GetOrAdd("a", () => new object()));
        cache.GetOrAdd("c", () => new object());
        Assert.Equal(2, cache.Count);
        Assert.Same(a, cache.GetOrAdd("a", () => new object()));
        var made = false;
        cache.GetOrAdd("b", () => { made = true; return new object(); });
        Assert.True(made);

        Assert.NotEqual(TemplateCache<object>.KeyOf("a", "bc"), TemplateCache<object>.KeyOf("ab", "c"));
        Assert.NotEqual(TemplateCache<object>.KeyOf("a", null), TemplateCache<object>.KeyOf("a", ""));
        Assert.Equal(TemplateCache<object>.KeyOf("a", "b"), TemplateCache<object>.KeyOf("a", "b"));
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Tideline.Notifications.Email;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Templates;

public class TemplateTests
{
    internal static string Render(string source, Dictionary<string, object?> data, TemplateKind kind = TemplateKind.Text)
    {
        Assert.True(Template.TryParse(source, kind, out var template, out var problem), problem?.Message);
        return template.Render(data);
    }

    [Fact]
    public void Html_is_escaped_and_text_is_not()
    {
        var data = new Dictionary<string, object?> { ["name"] = "<Åsa> & \"co\"" };
        Assert.Equal("&lt;Åsa&gt; &amp; &quot;co&quot;", Render("{{name}}", data, TemplateKind.Html));
        Assert.Equal("<Åsa> & \"co\"", Render("{{name}}", data));
    }

    [Theory]
    [InlineData("{{default firstName \"there\"}}", "there")]
    [InlineData("{{default company 'there'}}", "Acme")]
    [InlineData("{{upper company}} {{lower company}}", "ACME acme")]
    [InlineData("{{upper (default firstName \"å\")}}", "Å")]
    [InlineData("{{default (upper firstName) (lower company)}}", "acme")]
    [InlineData("{{#if (default firstName company)}}yes{{/if}}", "yes")]
    [InlineData("{{date when}}", "2026-03-01")]
    [InlineData("{{date when \"d MMM yyyy HH:mm\"}}", "1 Mar 2026 23:30")]
    [InlineData("{{date when \"d MMM HH:mm\" \"Europe/Stockholm\"}}", "2 Mar 00:30")]
    [InlineData("{{date text \"dd/MM\"}}", "24/12")]
    [InlineData("{{date day \"d\"}}", "6")]
    [InlineData("{{date company \"d\"}}", "Acme")]
    [InlineData("{{date missing \"d\"}}", "")]
    [InlineData("{{date when \"%%%\"}}", "2026-03-01")]
    [InlineData("{{date when \"d\" \"Mars/Olympus\"}}", "1")]
    public void The_functions_do_what_they_say(string source, string expected) => Assert.Equal(expected, Render(source, new()
    {
        ["company"] = "Acme",
        ["firstName"] = "",
        ["when"] = new DateTimeOffset(2026, 3, 1, 23, 30, 0, TimeSpan.Zero),
        ["text"] = "2026-12-24T08:00:00Z",
        ["day"] = new DateOnly(2026, 6, 6),
    }));

    [Theory]
    [InlineData("a\n{{#if x}}", "line 2", "not closed")]
    [InlineData("{{#if x}}a{{/each}}", "line 1", "closes {{#if}} of line 1")]
    [InlineData("a{{/if}}", "line 1", "not open")]
    [InlineData("a\n\n{{else}}", "line 3", "outside")]
    [InlineData("{{#if a}}{{else}}{{else}}{{/if}}", "line 1", "second")]
    [InlineData("{{name", "line 1", "not closed")]
    [InlineData("{{{name}}", "line 1", "}}}")]
    [InlineData("{{}}", "line 1", "empty")]
    [InlineData("{{! never ends", "line 1", "comment")]
    [InlineData("\n{{shout name}}", "line 2", "no function “shout”")]
    [InlineData("{{#shout name}}{{/shout}}", "line 1", "no block “shout”")]
    [InlineData("{{#if}}{{/if}}", "line 1", "needs a variable")]
    [InlineData("{{#if a b}}{{/if}}", "line 1", "one variable")]
    [InlineData("{{#each a as |b|}}{{/each}}", "line 1", "as |name|")]
    [InlineData("{{upper}}{{upper a b}}", "line 1", "too many")]
    [InlineData("{{default a}}", "line 1", "too few")]
    [InlineData("{{upper a=b}}", "line 1", "Named arguments")]
    [InlineData("{{> footer}}", "line 1", "Partials")]
    [InlineData("{{* x}}", "line 1", "Decorators")]
    [InlineData("{{#> x}}{{/x}}", "line 1", "not supported")]
    [InlineData("{{{{raw}}}}{{{{/raw}}}}", "line 1", "Raw blocks")]
    [InlineData("{{@foo}}", "line 1", "no @foo")]
    [InlineData("{{@click 1}}", "line 1", "no @click")]
    [InlineData("{{@pixel}}", "line 1", "no @pixel")]
    [InlineData("{{#@link 0 static}}x{{/@link}}", "line 1", "no block")]
    [InlineData("{{a..b}}", "line 1", "not a name")]
    [InlineData("{{a.}}", "line 1", "dot")]
    [InlineData("{{\"a}}", "line 1", "not closed")]
    [InlineData("{{(a}}", "line 1", "( is not closed")]
    [InlineData("{{[a}}", "line 1", "[ is not closed")]
    [InlineData("{{12a}}", "line 1", "neither")]
    [InlineData("{{#if a}}\n{{#each b}}\n{{/if}}\n{{/each}}", "line 3", "of line 2")]
    public void A_mistake_is_named_with_its_line(string source, string where, string message)
    {
        var problem = Assert.Single(Template.Check(source, TemplateKind.Html));
        Assert.Equal(where, problem.Where);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_variables_are_empty_and_reported()
    {
        const string source = "{{firstName}}\n{{fristName}}\n{{#if comapny}}x{{/if}}{{custom.size}}{{agent.name}}{{agent.phone}}\n{{upper (lower oops)}}" +
                              "{{#each items}}{{anything}}{{../firstNam}}{{@root.lst}}{{../../far}}{{/each}}{{#if custom}}{{/if}}{{fristName}}";
        Assert.Equal("", Render("{{fristName}}", new() { ["firstName"] = "Ada" }));
        var problems = Template.Check(source, TemplateKind.Text, ["firstName", "lastName", "company", "custom.*", "agent.name", "items"]);
        Assert.Equal(
            [("line 2", "fristName"), ("line 3", "comapny"), ("line 3", "agent.phone"), ("line 4", "oops"), ("line 4", "firstNam"), ("line 4", "lst"), ("line 4", "../../far")],
            problems.Select(p => (p.Where, p.Message.Split('“', '”')[1])));
    }

    [Fact]
    public void Nothing_but_data_can_be_reached()
    {
        var data = new Dictionary<string, object?>
        {
            ["text"] = "abc",
            ["list"] = new List<object?> { 1, 2 },
            ["map"] = new Dictionary<string, object?> { ["a"] = 1 },
            ["clr"] = new Version(1, 2, 3),
            ["clrs"] = new List<Version> { new(1, 2) },
            ["process"] = Process.GetCurrentProcess(),
            ["type"] = typeof(Environment),
            ["func"] = () => "called",
            ["time"] = DateTimeOffset.UnixEpoch,
            ["json"] = JsonDocument.Parse("""{"a":[1]}""").RootElement,
        };
        string[] members =
        [
            "text.Length", "text.length", "text.Chars", "text.[0]", "list.Count", "list.length", "list.Capacity", "map.Keys", "map.Count", "map.Comparer",
            "clr", "clr.Major", "clrs.0.Major", "clrs.[0]", "process", "process.StartInfo", "type", "type.Assembly", "type.FullName", "func", "func.Method",
            "time.Year", "time.UtcNow", "json.ValueKind", "json.a.length", "constructor", "text.constructor", "__proto__", "map.__proto__", "map.constructor.name",
            "GetType", "text.GetType", "this.GetType", "Keys", "Count", "this.Count", "@root.Keys", "list.-1", "list.99", "json.a.5",
        ];
        foreach (var member in members) Assert.Equal("", Render("{{" + member + "}}", data));
        Assert.Equal("", Render("{{#each clr}}x{{/each}}{{#each process}}x{{/each}}{{#each text}}x{{/each}}{{#if func}}x{{/if}}{{#with type}}{{FullName}}{{/with}}", data));
        Assert.Equal("12", Render("{{list.0}}{{list.[1]}}", data));
    }

    [Fact]
    public void Numbers_and_truths_are_written_in_one_way_everywhere() => Assert.Equal("1|2.50|0.1|true|false|2026-06-06|12345678901|0000000a-0000-0000-0000-000000000000",
        Render("{{a}}|{{b}}|{{c}}|{{d}}|{{e}}|{{f}}|{{g}}|{{h}}", new()
        {
            ["a"] = 1,
            ["b"] = 2.50m,
            ["c"] = 0.1,
            ["d"] = true,
            ["e"] = false,
            ["f"] = new DateOnly(2026, 6, 6),
            ["g"] = 12345678901L,
            ["h"] = new Guid(10, 0, 0, new byte[8]),
        }));

    [Fact]
    public void A_lone_surrogate_and_a_nul_cannot_break_the_output()
    {
        Assert.Equal("a\uFFFDb\0c", Render("a{{x}}c", new() { ["x"] = "\uD800b\0" }));
    }

    [Fact]
    public void One_template_serves_many_threads()
    {
        Assert.True(Template.TryParse("{{#each items}}{{../name}}:{{this}} {{/each}}", TemplateKind.Text, out var template, out _));
        Parallel.For(0, 2000, i =>
            Assert.Equal($"n{i}:a n{i}:b ", template.Render(new Dictionary<string, object?> { ["name"] = $"n{i}", ["items"] = new[] { "a", "b" } })));
    }
}

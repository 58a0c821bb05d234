using System.Text.Json;
using Tideline.Notifications.Templates;

namespace Tideline.Services.Tests.Notifications.Templates;

/// <summary>The same templates and data, with what handlebars.js 4.7.10 made of them.</summary>
public class HandlebarsLanguageTests
{
    private const string Data = """
        {"name":"Ada","html":"<b>\"x\" & 'y' `z` = å 🎉</b>","zero":0,"one":1,"price":12.5,"yes":true,"no":false,"nil":null,"empty":"","list":[],"obj":{},"items":[{"n":"a","tags":["x","y"]},{"n":"b","tags":[]},{"n":"c","tags":["z"]}],"words":["p","q"],"map":{"k1":"v1","k2":"v2"},"agent":{"name":"Grace","boss":{"name":"Kay"}},"odd key":"odd","greeting":"Hi {{name}}"}
        """;

    [Theory]
    [InlineData("Hello {{name}}!", "Hello Ada!")]
    [InlineData("{{ name }}", "Ada")]
    [InlineData("{{html}}", "&lt;b&gt;&quot;x&quot; &amp; &#x27;y&#x27; &#x60;z&#x60; &#x3D; å 🎉&lt;/b&gt;")]
    [InlineData("{{{html}}}", "<b>\"x\" & 'y' `z` = å 🎉</b>")]
    [InlineData("{{&html}}", "<b>\"x\" & 'y' `z` = å 🎉</b>")]
    [InlineData("{{missing}}|{{missing.deep.er}}|{{name.deep}}", "||")]
    [InlineData("{{zero}}|{{one}}|{{price}}|{{yes}}|{{no}}|{{nil}}|{{empty}}", "0|1|12.5|true|false||")]
    [InlineData("{{agent.name}} {{agent/name}} {{agent.boss.name}}", "Grace Grace Kay")]
    [InlineData("{{this.name}} {{./name}}", "Ada Ada")]
    [InlineData("{{[odd key]}}|{{agent.[name]}}", "odd|Grace")]
    [InlineData("{{#if name}}y{{else}}n{{/if}}{{#if missing}}y{{else}}n{{/if}}{{#if zero}}y{{else}}n{{/if}}{{#if empty}}y{{else}}n{{/if}}{{#if list}}y{{else}}n{{/if}}{{#if obj}}y{{else}}n{{/if}}{{#if no}}y{{else}}n{{/if}}{{#if one}}y{{/if}}", "ynnnnyny")]
    [InlineData("{{#unless no}}u{{/unless}}{{#unless yes}}u{{else}}e{{/unless}}", "ue")]
    [InlineData("{{#if no}}1{{else if zero}}2{{else if yes}}3{{else}}4{{/if}}", "3")]
    [InlineData("{{#if no}}1{{else if zero}}2{{else}}4{{/if}}", "4")]
    [InlineData("{{#if no}}1{{^}}2{{/if}}", "2")]
    [InlineData("{{#each items}}{{@index}}{{n}}{{#if @last}}.{{else}},{{/if}}{{/each}}", "0a,1b,2c.")]
    [InlineData("{{#each list}}x{{else}}none{{/each}}", "none")]
    [InlineData("{{#each missing}}x{{else}}none{{/each}}", "none")]
    [InlineData("{{#each map}}{{@key}}={{this}};{{/each}}", "k1=v1;k2=v2;")]
    [InlineData("{{#each items}}{{#each tags}}{{../n}}{{this}}{{@index}}{{@../index}} {{/each}}{{/each}}", "ax00 ay10 cz02 ")]
    [InlineData("{{#each words}}{{this}}{{../name}}{{@first}}{{/each}}", "pAdatrueqAdafalse")]
    [InlineData("{{#each items}}{{#if n}}{{../name}}{{/if}}{{/each}}", "AdaAdaAda")]
    [InlineData("{{#each items}}{{name}}{{/each}}", "")]
    [InlineData("{{#each items}}{{@root.name}}{{/each}}", "AdaAdaAda")]
    [InlineData("{{#with agent}}{{name}}{{#with boss}}{{name}}{{../name}}{{../../name}}{{/with}}{{/with}}", "GraceKayGraceAda")]
    [InlineData("{{#with missing}}x{{else}}none{{/with}}", "none")]
    [InlineData("{{#with agent}}{{#if name}}{{../name}}{{/if}}{{/with}}", "Ada")]
    [InlineData("{{! comment }}a{{!-- with }} inside --}}b", "ab")]
    [InlineData("a {{~name~}} b", "aAdab")]
    [InlineData("a {{~#if yes~}} b {{~/if~}} c", "abc")]
    [InlineData("\\{{name}} {{name}}", "{{name}} Ada")]
    [InlineData("{{greeting}}", "Hi {{name}}")]
    [InlineData("A\n{{#if yes}}\nB\n{{else}}\nC\n{{/if}}\nD", "A\nB\nD")]
    [InlineData("A\n  {{#each words}}\n  - {{this}}\n  {{/each}}\nD\n", "A\n  - p\n  - q\nD\n")]
    [InlineData("{{#if yes}}\nx\n{{/if}}", "x\n")]
    [InlineData("{{#if yes}}x\n{{/if}}\ny", "x\ny")]
    [InlineData("A\n{{! gone }}\nB", "A\nB")]
    [InlineData("A\r\n{{#if yes}}\r\nB\r\n{{/if}}\r\nC", "A\r\nB\r\nC")]
    [InlineData("A {{#if yes}}\nB{{/if}}\nC", "A \nB\nC")]
    [InlineData("{{#each words}}\n{{#if this}}\n{{this}}\n{{/if}}\n{{/each}}\nend", "p\nq\nend")]
    [InlineData("{{#if no}}\nA\n{{else if yes}}\nB\n{{/if}}\nC", "B\nC")]
    [InlineData("{{#if yes}} {{/if}}", " ")]
    [InlineData("<a href=\"{{html}}\">", "<a href=\"&lt;b&gt;&quot;x&quot; &amp; &#x27;y&#x27; &#x60;z&#x60; &#x3D; å 🎉&lt;/b&gt;\">")]
    [InlineData("{{#each words}}{{.}}{{/each}}", "pq")]
    [InlineData("{{#with map}}{{#each this}}{{.}}{{/each}}{{/with}}", "v1v2")]
    [InlineData("{{ this.agent.name }}", "Grace")]
    [InlineData("{{#if agent.name}}ok{{/if}}", "ok")]
    [InlineData("{{#each items}}{{n}}{{#unless @last}}, {{/unless}}{{/each}}", "a, b, c")]
    [InlineData("}} { { {{{name}}} }", "}} { { Ada }")]
    [InlineData("a{{#if yes}}b{{/if}}{{#if yes}}c{{/if}}", "abc")]
    [InlineData("\n\n{{#if yes}}\n\nx\n\n{{/if}}\n\n", "\n\n\nx\n\n\n")]
    public void A_template_renders_as_handlebars_renders_it(string source, string expected)
    {
        Assert.True(Template.TryParse(source, TemplateKind.Html, out var template, out var problem), problem?.Message);
        using var json = JsonDocument.Parse(Data);
        Assert.Equal(expected, template.Render(TemplateData.OfJson(json.RootElement)));
        Assert.Equal(expected, template.Render(TemplateData.OfClr(json.RootElement)));
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Services.Tests.Identity;
using Tideline.Testing;

namespace Tideline.Services.Tests.Brands;

public sealed class BrandTests(BrandsHost host) : IClassFixture<BrandsHost>
{
    private const string Png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    [Fact]
    public async Task A_new_workspace_has_one_brand_under_its_name_however_often_it_is_told()
    {
        var anna = await host.RegisterAsync();
        await host.TellAsync(anna);
        var brand = Assert.Single(await BrandsHost.BrandsOfAsync(anna));
        Assert.True(brand["isDefault"]!.GetValue<bool>());
        Assert.Equal(anna.Session["tenant"]!["name"]!.GetValue<string>(), brand["name"]!.GetValue<string>());
        Assert.Equal("hello@tideline.example", brand["sender"]!["fromEmail"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_brand_is_made_and_changed_and_what_is_absent_stays()
    {
        var anna = await host.RegisterAsync();
        var brand = await anna.PostAsync("/api/brands/brands", new
        {
            name = "Kayaks",
            primaryColor = "#ABC",
            logoUrl = Png,
            voice = "Dry, kind.\r\nShort.",
            websiteUrl = "https://kayaks.example",
            postalAddress = "Quay 1\n111 22 Stockholm",
            language = "sv",
            sender = new { fromName = "Kayaks", fromEmail = "Hello@Kayaks.Example", replyTo = "team@kayaks.example" },
        });
        Assert.False(brand["isDefault"]!.GetValue<bool>());
        Assert.Equal("#aabbcc", brand["primaryColor"]!.GetValue<string>());
        Assert.Equal("hello@kayaks.example", brand["sender"]!["fromEmail"]!.GetValue<string>());
        Assert.Equal("Dry, kind.\nShort.", brand["voice"]!.GetValue<string>());

        var changed = await anna.Client.ReadAsync(HttpMethod.Patch, $"/api/brands/brands/{brand["id"]}", new JsonObject
        {
            ["accentColor"] = "#00ff00",
            ["logoUrl"] = null,
            ["sender"] = new JsonObject { ["fromName"] = "The kayak people" },
        }, anna.Token);
        Assert.Equal("#00ff00", changed["accentColor"]!.GetValue<string>());
        Assert.Null(changed["logoUrl"]);
        Assert.Equal("https://kayaks.example/", changed["websiteUrl"]!.GetValue<string>());
        Assert.Equal("The kayak people", changed["sender"]!["fromName"]!.GetValue<string>());
        Assert.Equal("team@kayaks.example", changed["sender"]!["replyTo"]!.GetValue<string>());
        using var stale = await anna.Client.SendAsync(
            HttpMethod.Patch, $"/api/brands/brands/{brand["id"]}", new { name = "Late" }, anna.Token, ("If-Match", $"\"{brand["version"]}\""));
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "name", """{"name":" "}""" },
        { "name", """{"name":"Two\nlines"}""" },
        { "primaryColor", """{"primaryColor":"red"}""" },
        { "primaryColor", """{"primaryColor":"#12345g"}""" },
        { "accentColor", """{"accentColor":"#1234"}""" },
        { "fontFamily", """{"fontFamily":"Inter; background:url(x)"}""" },
        { "fontFamily", """{"fontFamily":"\"Inter\""}""" },
        { "logoUrl", """{"logoUrl":"http://plain.example/logo.png"}""" },
        { "logoUrl", """{"logoUrl":"javascript:alert(1)"}""" },
        { "logoUrl", """{"logoUrl":"https://user:secret@example.com/logo.png"}""" },
        { "logoUrl", """{"logoUrl":"data:image/svg+xml;base64,PHN2Zy8+"}""" },
        { "logoUrl", """{"logoUrl":"data:text/html;base64,PHN2Zy8+"}""" },
        { "logoUrl", """{"logoUrl":"data:image/png;base64,PHN2Zy8+"}""" },
        { "logoUrl", $$"""{"logoUrl":"data:image/png;base64,{{new string('A', 90_000)}}"}""" },
        { "websiteUrl", """{"websiteUrl":"ftp://example.com"}""" },
        { "websiteUrl", """{"websiteUrl":"example.com"}""" },
        { "language", """{"language":"Swedish please"}""" },
        { "sender.fromEmail", """{"sender":{"fromEmail":"nobody"}}""" },
        { "sender.fromName", """{"sender":{"fromName":"A\r\nBcc: all@example.com"}}""" },
        { "sender.replyTo", """{"sender":{"replyTo":"a@b@c"}}""" },
        { "colour", """{"colour":"#000000"}""" },
        { "id", """{"id":"0197b2f0-0000-7000-8000-000000000000"}""" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_would_break_other_peoples_mail_is_refused_by_name_of_the_field(string field, string json)
    {
        var anna = await host.RegisterAsync();
        var brand = Assert.Single(await BrandsHost.BrandsOfAsync(anna));
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await anna.SendAsync(HttpMethod.Patch, $"/api/brands/brands/{brand["id"]}", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Contains(field, problem["errors"]!.AsObject().Select(e => e.Key));
        Assert.Equal(brand.ToJsonString(), Assert.Single(await BrandsHost.BrandsOfAsync(anna)).ToJsonString());
    }

    [Fact]
    public async Task The_default_is_handed_on_and_never_given_up()
    {
        var anna = await host.RegisterAsync();
        var first = Assert.Single(await BrandsHost.BrandsOfAsync(anna));
        using var refused = await anna.SendAsync(HttpMethod.Patch, $"/api/brands/brands/{first["id"]}", new { isDefault = false });
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var second = await anna.PostAsync("/api/brands/brands", new { name = "Second", isDefault = true });
        Assert.True(second["isDefault"]!.GetValue<bool>());
        Assert.Equal([false, true], (await BrandsHost.BrandsOfAsync(anna)).Select(b => b["isDefault"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Ten_brands_that_take_the_default_at_once_leave_one()
    {
        var anna = await host.RegisterAsync();
        var made = new List<JsonNode>();
        for (var i = 0; i < 10; i++) made.Add(await anna.PostAsync("/api/brands/brands", new { name = "Brand " + i }));
        var answers = await Task.WhenAll(made.Select(b => anna.SendAsync(HttpMethod.Patch, $"/api/brands/brands/{b["id"]}", new { isDefault = true })));
        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed, a.StatusCode.ToString()));
        Assert.Single(await BrandsHost.BrandsOfAsync(anna), b => b["isDefault"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_first_brand_is_the_default_even_before_the_workspace_is_announced()
    {
        var anna = await host.RegisterAsync(isTold: false);
        var first = await anna.PostAsync("/api/brands/brands", new { name = "Quick" });
        Assert.True(first["isDefault"]!.GetValue<bool>());
        await host.TellAsync(anna);
        Assert.Single(await BrandsHost.BrandsOfAsync(anna));
    }

    [Fact]
    public async Task Another_workspaces_brand_does_not_exist()
    {
        var (anna, zoe) = (await host.RegisterAsync(), await host.RegisterAsync());
        var brand = Assert.Single(await BrandsHost.BrandsOfAsync(anna));
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Patch])
        {
            using var response = await zoe.SendAsync(method, $"/api/brands/brands/{brand["id"]}", method == HttpMethod.Patch ? new { name = "Mine" } : null);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
        using var look = await AsServiceAsync($"/internal/brands/brands/{brand["id"]}", zoe.TenantId);
        Assert.Equal(HttpStatusCode.NotFound, look.StatusCode);
    }

    [Fact]
    public async Task Services_look_up_a_brand_or_the_default()
    {
        var anna = await host.RegisterAsync();
        var brand = Assert.Single(await BrandsHost.BrandsOfAsync(anna));
        foreach (var path in (string[])["default", brand["id"]!.GetValue<string>()])
        {
            using var response = await AsServiceAsync("/internal/brands/brands/" + path, anna.TenantId);
            Assert.Equal(brand["name"]!.GetValue<string>(), (await ApiClient.ReadAsync(response))["fromName"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Brands_come_in_pages()
    {
        var anna = await host.RegisterAsync();
        for (var i = 0; i < 4; i++) await anna.PostAsync("/api/brands/brands", new { name = "Brand " + i });
        var first = await anna.GetAsync("/api/brands/brands?limit=3");
        var rest = await anna.GetAsync("/api/brands/brands?limit=3&cursor=" + first["next"]);
        Assert.Equal((3, 2), (first["data"]!.AsArray().Count, rest["data"]!.AsArray().Count));
        Assert.Null(rest["next"]);
    }

    private async Task<HttpResponseMessage> AsServiceAsync(string path, Guid tenant)
    {
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("campaigns:" + IdentityHost.LeadsSecret));
        using var issued = await host.Client().SendAsync(HttpMethod.Post, "/internal/identity/service-token", headers: ("Authorization", basic));
        var token = (await ApiClient.ReadAsync(issued))["accessToken"]!.GetValue<string>();
        return await host.Client().SendAsync(HttpMethod.Get, path, null, token, ("Tideline-Tenant", tenant.ToString()));
    }
}

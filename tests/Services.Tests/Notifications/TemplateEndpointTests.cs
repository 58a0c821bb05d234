using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class TemplateEndpointTests(NotificationsFixture fixture)
{
    private const string Path = "/api/notifications/templates";

    [Fact]
    public async Task A_template_is_made_read_changed_and_deleted_with_its_version()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var made = await tenant.Api.PostAsync(Path, new { key = "receipt", name = "Receipt", subject = "Thanks, {{name}}", html = "<p>Thank you.</p>" });
        Assert.Equal(("email", "en"), (made["channel"]!.GetValue<string>(), made["language"]!.GetValue<string>()));
        using var read = await tenant.Api.SendAsync(HttpMethod.Get, $"{Path}/{made["id"]}");
        Assert.Equal($"\"{made["version"]}\"", read.Headers.ETag!.Tag);

        var changed = await EditAsync(tenant, made["id"]!, read.Headers.ETag.Tag, new { name = "Receipt 2", text = "Thank you" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var stale = await EditAsync(tenant, made["id"]!, read.Headers.ETag.Tag, new { name = "Receipt 3" });
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        var now = await tenant.Api.GetAsync($"{Path}/{made["id"]}");
        Assert.Equal(("Receipt 2", "Thank you"), (now["name"]!.GetValue<string>(), now["text"]!.GetValue<string>()));

        using (var gone = await tenant.Api.SendAsync(HttpMethod.Delete, $"{Path}/{made["id"]}")) Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using (var missing = await tenant.Api.SendAsync(HttpMethod.Get, $"{Path}/{made["id"]}")) Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task The_platforms_own_templates_can_be_changed_and_get_their_words_back()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var other = await fixture.SandboxTenantAsync();
        var own = (await tenant.Api.GetAsync(Path))["data"]!.AsArray().Single(t => t!["key"]!.GetValue<string>() == "invitation")!;
        Assert.Equal(0, own["version"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.OK, (await EditAsync(tenant, own["id"]!, "\"0\"", new { subject = "Come aboard" })).StatusCode);
        // Two people changed it at the same moment: the second one has to look first.
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await EditAsync(tenant, own["id"]!, "\"0\"", new { subject = "Come in" })).StatusCode);
        Assert.Equal("Come aboard", (await tenant.Api.GetAsync($"{Path}/{own["id"]}"))["subject"]!.GetValue<string>());
        Assert.NotEqual("Come aboard", (await other.Api.GetAsync($"{Path}/{own["id"]}"))["subject"]!.GetValue<string>());
        using (await tenant.Api.SendAsync(HttpMethod.Delete, $"{Path}/{own["id"]}")) { }
        Assert.Equal(own["subject"]!.GetValue<string>(), (await tenant.Api.GetAsync($"{Path}/{own["id"]}"))["subject"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"key":"Bad Key","name":"x","subject":"x","html":"x"}""", "key")]
    [InlineData("""{"key":"ok","name":"x","subject":"{{#if a}}","html":"x"}""", "subject")]
    [InlineData("""{"key":"ok","name":"x","subject":"x","html":"<p>{{name</p>"}""", "html")]
    [InlineData("""{"key":"ok","name":"x","subject":"x","html":"x","language":"!"}""", "language")]
    [InlineData("""{"key":"ok","name":"","subject":"x","html":"x"}""", "name")]
    public async Task A_bad_template_is_refused_at_the_field(string body, string field)
    {
        var tenant = await fixture.SandboxTenantAsync();
        using var answer = await tenant.Api.SendAsync(HttpMethod.Post, Path, JsonNode.Parse(body)!);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotNull((await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]![field]);
    }

    [Fact]
    public async Task A_key_exists_once_in_a_language()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await tenant.Api.PostAsync(Path, new { key = "invitation", name = "Inbjudan", language = "sv", subject = "Välkommen", html = "<p>Hej</p>" });
        foreach (var language in new[] { "sv", "en" })
        {
            using var again = await tenant.Api.SendAsync(HttpMethod.Post, Path, new { key = "invitation", name = "x", language, subject = "x", html = "x" });
            Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        }
    }

    [Fact]
    public async Task A_preview_shows_the_message_and_what_is_wrong_with_it()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var shown = await tenant.Api.PostAsync("/api/notifications/preview", new
        {
            brandId = tenant.BrandId,
            subject = "Hi {{firstName}}",
            html = "<p>{{fristName}} and {{custom.plan}}</p>",
            variables = new Dictionary<string, string> { ["firstName"] = "Ada", ["custom.plan"] = "gold" },
        });
        Assert.Equal("Hi Ada", shown["subject"]!.GetValue<string>());
        Assert.Contains("and gold", shown["text"]!.GetValue<string>(), StringComparison.Ordinal);
        var problem = Assert.Single(shown["problems"]!.AsArray())!;
        Assert.Equal("html", problem["where"]!.GetValue<string>());
        Assert.Contains("fristName", problem["message"]!.GetValue<string>(), StringComparison.Ordinal);

        var broken = await tenant.Api.PostAsync("/api/notifications/preview", new { subject = "{{#if x}}", html = "<p>ok</p>" });
        Assert.Equal("subject", Assert.Single(broken["problems"]!.AsArray())!["where"]!.GetValue<string>());
        using var unknown = await tenant.Api.SendAsync(HttpMethod.Post, "/api/notifications/preview", new { brandId = Guid.NewGuid(), html = "<p>ok</p>" });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Who_is_not_signed_in_or_may_not_is_refused()
    {
        var tenant = await fixture.SandboxTenantAsync();
        using var anonymous = tenant.Platform.Anonymous();
        foreach (var path in new[] { "templates", "messages", "sandbox", "inbox", "delivery", "messages/summary" })
        {
            using var answer = await anonymous.SendAsync(HttpMethod.Get, "/api/notifications/" + path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
        foreach (var path in new[] { "batches", "preview", "test-sends" })
        {
            using var fromOutside = await tenant.Api.SendAsync(HttpMethod.Post, "/internal/notifications/" + path, new { });
            Assert.Equal(HttpStatusCode.NotFound, fromOutside.StatusCode);
        }
        using var wrong = await tenant.Api.SendAsync(HttpMethod.Get, "/api/notifications/messages?status=lost");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static async Task<HttpResponseMessage> EditAsync(MailTenant tenant, JsonNode id, string tag, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"{Path}/{id}") { Content = JsonContent.Create(body, body.GetType()) };
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await tenant.Api.Http.SendAsync(request);
    }
}

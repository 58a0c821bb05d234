using System.Net;
using System.Text.Json.Nodes;
using static Tideline.Services.Tests.Campaigns.Workspace;

namespace Tideline.Services.Tests.Campaigns;

/// <summary>Writing campaigns, looking at them, and what is refused.</summary>
public sealed class DraftTests(CampaignHost host) : IClassFixture<CampaignHost>
{
    [Fact]
    public async Task A_draft_is_made_changed_and_deleted_and_what_is_absent_stays()
    {
        var shop = await host.NewWorkspaceAsync();
        var made = await shop.Client.PostAsync("/api/campaigns/campaigns", new
        {
            name = " Spring ",
            subject = "Hello",
            preheader = "A line",
            html = "<p>Hi</p>",
            text = "Hi",
            throttlePerMinute = 60,
            scheduleAt = DateTimeOffset.UtcNow.AddHours(1),
            audience = new { leadFilter = new { status = new[] { "new" } }, exclude = new { q = "acme" } },
        });
        var id = made["id"]!.GetValue<Guid>();
        // Without a brand it is the default one's.
        Assert.Equal(("Spring", "draft", "email", shop.BrandId), (made["name"]!.GetValue<string>(), made["status"]!.GetValue<string>(), made["channel"]!.GetValue<string>(), made["brandId"]!.GetValue<Guid>()));
        Assert.Null(made["stats"]);
        var changed = await shop.Client.PatchAsync($"/api/campaigns/campaigns/{id}", new JsonObject { ["subject"] = "Bye", ["preheader"] = null, ["scheduleAt"] = null, ["throttlePerMinute"] = null });
        Assert.Equal(("Spring", "Bye", "Hi"), (changed["name"]!.GetValue<string>(), changed["subject"]!.GetValue<string>(), changed["text"]!.GetValue<string>()));
        Assert.All(new[] { "preheader", "scheduleAt", "throttlePerMinute" }, name => Assert.Null(changed[name]));
        Assert.Equal("acme", changed["audience"]!["exclude"]!["q"]!.GetValue<string>());

        using var stale = new HttpRequestMessage(HttpMethod.Patch, $"/api/campaigns/campaigns/{id}") { Content = System.Net.Http.Json.JsonContent.Create(new { name = "Late" }) };
        stale.Headers.TryAddWithoutValidation("If-Match", $"\"{made["version"]}\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await shop.Client.Http.SendAsync(stale)).StatusCode);
        Assert.Single((await shop.Client.GetAsync("/api/campaigns/campaigns?status=draft"))["data"]!.AsArray());
        Assert.Empty((await shop.Client.GetAsync("/api/campaigns/campaigns?status=running"))["data"]!.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await shop.TryAsync(HttpMethod.Get, "/campaigns?status=asleep")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await shop.TryAsync(HttpMethod.Delete, $"/campaigns/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.TryAsync(HttpMethod.Get, $"/campaigns/{id}")).Status);
    }

    public static TheoryData<int, string, string> Wrong => new()
    {
        { 400, "name", """{"subject":"S"}""" },
        { 400, "subject", """{"name":"N","subject":"  "}""" },
        { 400, "subject", """{"name":"N","subject":"Two\nlines"}""" },
        { 400, "channel", """{"name":"N","subject":"S","channel":"pigeon"}""" },
        { 400, "throttlePerMinute", """{"name":"N","subject":"S","throttlePerMinute":0}""" },
        { 400, "audience", """{"name":"N","subject":"S","audience":{"leadFilter":{"status":["asleep"]}}}""" },
        { 400, "audience", """{"name":"N","subject":"S","audience":{"leadFilter":{"ownerIds":["me"]}}}""" },
        { 400, "audience.leadFilter.colour", """{"name":"N","subject":"S","audience":{"leadFilter":{"colour":"red"}}}""" },
        { 422, "brandId", """{"name":"N","subject":"S","brandId":"0197b2f0-0000-7000-8000-000000000000"}""" },
        { 422, "scheduleAt", """{"name":"N","subject":"S","scheduleAt":"2020-01-01T00:00:00Z"}""" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_refused_by_the_name_of_the_field(int status, string field, string json)
    {
        var shop = await host.NewWorkspaceAsync();
        var (answered, body) = await shop.TryAsync(HttpMethod.Post, "/campaigns", JsonNode.Parse(json)!);
        Assert.Equal(status, (int)answered);
        Assert.True(body["errors"]?[field] is not null, body.ToJsonString());
    }

    [Fact]
    public async Task A_template_that_is_wrong_is_told_at_once_and_keeps_it_from_starting()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(1);
        var made = await shop.Client.PostAsync("/api/campaigns/campaigns", new { name = "N", subject = "S", html = "{{#if firstName}} Hello" });
        Assert.Contains("not closed", made["problems"]![0]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        foreach (var (verb, input) in new (string, object)[] { ("start", new { }), ("schedule", new { at = DateTimeOffset.UtcNow.AddHours(1) }), ("test", new { to = new[] { "me@example.com" } }) })
        {
            var (status, body) = await shop.TryAsync(HttpMethod.Post, $"/campaigns/{made["id"]}/{verb}", input);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.NotNull(body["errors"]!["html"]);
        }
        Assert.Equal("draft", (await shop.GetAsync(made["id"]!.GetValue<Guid>()))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Nobody_to_write_to_keeps_it_from_starting()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(1);
        await shop.Client.PostAsync("/api/customers/suppressions", new { channel = "email", address = "p0@example.com", reason = "manual" });
        foreach (var audience in new object[] { new { leadFilter = new { q = "nobody" } }, new { leadFilter = new { } } })
        {
            var id = (await shop.DraftAsync(audience))["id"];
            var (status, body) = await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/start");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.NotNull(body["errors"]!["audience"]);
        }
        var (empty, problem) = await shop.TryAsync(HttpMethod.Post, $"/campaigns/{(await shop.Client.PostAsync("/api/campaigns/campaigns", new { name = "N", subject = "S" }))["id"]}/start");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty);
        Assert.NotNull(problem["errors"]!["html"]);
    }

    [Fact]
    public async Task A_preview_shows_a_lead_or_an_example_and_a_test_goes_to_five_at_most()
    {
        var shop = await host.NewWorkspaceAsync();
        var lead = (await shop.Client.PostAsync("/api/leads/leads", new { firstName = "Ida", email = "ida@example.com" }))["id"]!.GetValue<Guid>();
        var body = new { brandId = shop.BrandId, subject = "Hello {{firstName}}", html = "<p>{{email}}</p>" };
        Assert.Equal("Hello Alex", (await shop.Client.PostAsync("/api/campaigns/preview", body))["subject"]!.GetValue<string>());
        var shown = await shop.Client.PostAsync("/api/campaigns/preview", new { body.brandId, body.subject, body.html, leadId = lead });
        Assert.Equal(("Hello Ida", "<p>ida@example.com</p>"), (shown["subject"]!.GetValue<string>(), shown["html"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.NotFound, (await shop.TryAsync(HttpMethod.Post, "/preview", new { body.brandId, body.subject, body.html, leadId = Guid.NewGuid() })).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await shop.TryAsync(HttpMethod.Post, "/preview", new { brandId = Guid.NewGuid(), body.subject, body.html })).Status);

        var id = (await shop.DraftAsync())["id"];
        Assert.Equal(HttpStatusCode.Accepted, (await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/test", new { to = new[] { "Me@Example.com" }, leadId = lead })).Status);
        var test = Assert.Single(shop.Post.Tests);
        Assert.Equal(("me@example.com", "Ida"), (Assert.Single(test.To), test.Message.Variables["firstName"]));
        foreach (var to in new[] { [], ["a@example.com", "b@example.com", "c@example.com", "d@example.com", "e@example.com", "f@example.com"], new[] { "nobody" } })
            Assert.Equal(HttpStatusCode.BadRequest, (await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/test", new { to })).Status);
    }

    [Fact]
    public async Task What_cannot_be_done_in_a_state_is_refused_with_what_can()
    {
        var shop = await host.NewWorkspaceAsync();
        await shop.AddLeadsAsync(1);
        shop.Post.SendsAtOnce = false;
        var at = new { at = DateTimeOffset.UtcNow.AddHours(1) };
        var id = (await shop.DraftAsync())["id"]!.GetValue<Guid>();
        await RefusedAsync("draft", "pause", "resume", "cancel");
        await shop.DoAsync(id, "schedule", at);
        await shop.DoAsync(id, "schedule", new { at = DateTimeOffset.UtcNow.AddHours(2) });
        await RefusedAsync("scheduled", "pause", "resume", "edit", "delete");
        await shop.DoAsync(id, "start");
        Assert.Equal("running", (await shop.DoAsync(id, "start"))["status"]!.GetValue<string>());
        await RefusedAsync("running", "schedule", "edit", "delete");
        await shop.DoAsync(id, "pause");
        await RefusedAsync("paused", "start", "schedule", "edit", "delete");
        await shop.DoAsync(id, "cancel");
        await RefusedAsync("cancelled", "start", "schedule", "pause", "resume", "edit", "delete");

        async Task RefusedAsync(string state, params string[] verbs)
        {
            foreach (var verb in verbs)
            {
                var (status, body) = verb switch
                {
                    "edit" => await shop.TryAsync(HttpMethod.Patch, $"/campaigns/{id}", new { name = "New" }),
                    "delete" => await shop.TryAsync(HttpMethod.Delete, $"/campaigns/{id}"),
                    "schedule" => await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/schedule", at),
                    _ => await shop.TryAsync(HttpMethod.Post, $"/campaigns/{id}/{verb}"),
                };
                Assert.Equal((HttpStatusCode.Conflict, "campaign_state", state), (status, body["code"]!.GetValue<string>(), body["state"]!.GetValue<string>()));
                Assert.DoesNotContain(verb, body["allowed"]!.AsArray().Select(a => a!.GetValue<string>()));
            }
        }
    }

    [Fact]
    public async Task A_made_campaign_is_made_once_for_one_key()
    {
        var shop = await host.NewWorkspaceAsync();
        var body = new { name = "N", subject = "S" };
        var first = await shop.Client.PostAsync("/api/campaigns/campaigns", body, "key-1");
        var second = await shop.Client.PostAsync("/api/campaigns/campaigns", body, "key-1");
        Assert.Equal(first["id"]!.GetValue<Guid>(), second["id"]!.GetValue<Guid>());
        Assert.Single((await shop.Client.GetAsync("/api/campaigns/campaigns"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Who_may_read_may_not_write_and_who_may_write_may_not_send()
    {
        var shop = await host.NewWorkspaceAsync();
        var id = (await shop.DraftAsync())["id"];
        using var reader = shop.Host.Client(shop.Tenant, "campaigns:read");
        using var writer = shop.Host.Client(shop.Tenant, "campaigns:read", "campaigns:write");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.SendAsync(HttpMethod.Patch, $"/api/campaigns/campaigns/{id}", new { name = "Mine" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await writer.SendAsync(HttpMethod.Patch, $"/api/campaigns/campaigns/{id}", new { name = "Mine" })).StatusCode);
        foreach (var verb in new[] { "start", "pause", "resume", "cancel" })
            Assert.Equal(HttpStatusCode.Forbidden, (await writer.SendAsync(HttpMethod.Post, $"/api/campaigns/campaigns/{id}/{verb}", new { })).StatusCode);
    }
}

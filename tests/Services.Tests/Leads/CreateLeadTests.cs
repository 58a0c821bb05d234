using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads;

/// <summary>One person is one lead, whoever brings them in and how often.</summary>
public sealed class CreateLeadTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads";

    [Fact]
    public async Task What_is_answered_is_what_is_read_later()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var stages = (await client.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray();
        using var response = await client.SendAsync(HttpMethod.Post, Leads, new
        {
            firstName = " Ann ",
            lastName = "Lee",
            company = "Lee AB",
            email = "Ann.Lee@Example.SE",
            email2 = "office@lee.se",
            phone = "08-123 456",
            phone2 = "+46 70 174 06 05",
            website = "lee.se",
            country = "Sweden",
            source = "Fair",
            stageId = stages[2]!.Id(),
            value = new { amount = 12345, currency = "SEK" },
            ownerId = client.UserId,
            notes = "one\r\ntwo",
            custom = new { Tier = "gold", A = "1" },
        });
        var made = await ApiClient.ReadAsync(response);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal($"{Leads}/{made["id"]}", response.Headers.Location?.OriginalString);
        Assert.Equal($"\"{made["version"]}\"", response.Headers.ETag?.Tag);
        Assert.Equal(("ann.lee@example.se", "Ann.Lee@Example.SE", "+468123456", "08-123 456", "Ann Lee", "SE", "Qualified", "qualified"),
            (made.Text("email"), made.Text("emailRaw"), made.Text("phone"), made.Text("phoneRaw"), made.Text("displayName"), made.Text("country"), made.Text("stageName"), made.Text("status")));
        Assert.Equal(Own(made), Own(await client.GetAsync($"{Leads}/{made["id"]}")));
        var first = Assert.Single((await client.GetAsync($"{Leads}/{made["id"]}/activities")).Data(), a => a.Text("type") == "created");
        Assert.Equal(("user", client.UserId, "Lead created from Fair"), (first.Text("actorKind"), first.Id("actorId"), first.Text("summary")));
    }

    // Without what other services add in their own time.
    private static string Own(JsonNode lead)
    {
        var own = lead.DeepClone().AsObject();
        foreach (var name in (string[])["customerId", "version", "custom"]) own.Remove(name);
        return own.ToJsonString() + string.Join(';', lead["custom"]!.AsObject().OrderBy(c => c.Key).Select(c => $"{c.Key}={c.Value}"));
    }

    [Theory]
    [InlineData("{\"email\":\"ANN@lee.se\"}")]
    [InlineData("{\"email\":\"other@lee.se\",\"email2\":\"ann@lee.se\"}")]
    [InlineData("{\"phone\":\"0046 (0)8-123 456\"}")]
    [InlineData("{\"email\":\"new@lee.se\",\"phone2\":\"08 12 34 56\"}")]
    public async Task A_person_who_is_there_is_updated_and_the_header_says_so(string again)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se", phone = "08-123 456" });
        var said = JsonNode.Parse(again)!.AsObject();
        said["company"] = "Lee AB";
        using var response = await client.SendAsync(HttpMethod.Post, Leads, new StringContent(said.ToJsonString(), Encoding.UTF8, "application/json"));
        var lead = await ApiClient.ReadAsync(response);
        Assert.Equal((HttpStatusCode.OK, "true"), (response.StatusCode, response.Headers.GetValues("Tideline-Duplicate").Single()));
        Assert.Equal((ann.Id(), "Ann", "Lee AB"), (lead.Id(), lead.Text("firstName"), lead.Text("company")));
        Assert.Equal(1, (await client.GetAsync(Leads + "/count")).Number("count"));
        Assert.Equal($"\"{lead["version"]}\"", response.Headers.ETag?.Tag);
    }

    [Fact]
    public async Task People_behind_one_switchboard_are_different_people()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync(Leads, new { firstName = "Ann", phone = "08-123 456 ext 12" });
        var bo = await client.PostAsync(Leads, new { firstName = "Bo", phone = "08-123 456 ext 13" });
        var desk = await client.PostAsync(Leads, new { firstName = "Desk", phone = "08-123 456" });
        Assert.Equal(3, new[] { ann, bo, desk }.Select(l => l.Id()).Distinct().Count());
        Assert.Equal(("+468123456;ext=12", "+468123456"), (ann.Text("phone"), desk.Text("phone")));
        // The same line, written in other ways.
        foreach (var typed in new[] { "+46 8 123456 x12", "08123456#12", "+468123456;ext=12" })
            Assert.Equal(ann.Id(), (await client.PostAsync(Leads, new { phone = typed })).Id());
        // Each is a person of their own for customers, too.
        var known = await Eventually.Get(async () => await client.AllAsync(Leads), l => l.All(x => x["customerId"] is not null), "all are resolved");
        Assert.Equal(3, known.Select(l => l.Id("customerId")).Distinct().Count());
    }

    [Fact]
    public async Task An_address_stays_with_the_lead_that_has_it()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se" });
        var bo = await client.PostAsync(Leads, new { firstName = "Bo", phone = "08-123 456" });
        // Ann with Bo's number: it is Ann, and the number stays Bo's.
        var both = await client.PostAsync(Leads, new { email = "ann@lee.se", phone = "08-123 456", company = "Lee AB" });
        Assert.Equal((ann.Id(), "Lee AB", ""), (both.Id(), both.Text("company"), both.Text("phone") + both.Text("phoneRaw")));
        Assert.Equal("+468123456", (await client.GetAsync($"{Leads}/{bo["id"]}")).Text("phone"));
        // Also where one is new in the same batch.
        var batch = await client.PostAsync(Leads + "/batch", new
        {
            leads = new object[] { new { firstName = "Cy", email = "cy@lee.se" }, new { email = "cy@lee.se", phone = "08-123 456" }, new { email = "ann@lee.se", email2 = "cy@lee.se" } },
        });
        Assert.Equal(["created", "duplicate", "duplicate"], batch["results"]!.AsArray().Select(r => r!.Text("status")));
        var all = await client.AllAsync(Leads);
        var addresses = all.SelectMany(l => new[] { l.Text("email"), l.Text("email2"), l.Text("phone"), l.Text("phone2") }).Where(a => a.Length > 0).ToList();
        Assert.Equal(3, all.Count);
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
    }

    [Fact]
    public async Task Forty_who_bring_the_same_person_at_once_make_one_lead()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
        {
            using var response = await client.SendAsync(HttpMethod.Post, Leads, i % 2 == 0 ? new { email = "Ann@lee.se", phone = "08-123 456" } : new { email = $"ann{i}@lee.se", phone = "+46 8 123456" });
            return (response.StatusCode, (await ApiClient.ReadAsync(response)).Id());
        }));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        Assert.Single(answers.Select(a => a.Item2).Distinct());
        Assert.Equal(1, (await client.GetAsync(Leads + "/count")).Number("count"));
    }

    [Theory]
    [InlineData("email", "{\"email\":\"not an address\"}")]
    [InlineData("email", "{\"firstName\":\"Nobody\"}")]
    [InlineData("email2", "{\"email\":\"a@b.se\",\"email2\":\"x@\"}")]
    [InlineData("phone", "{\"phone\":\"12\"}")]
    [InlineData("phone2", "{\"phone\":\"08-123 456\",\"phone2\":\"call me\"}")]
    [InlineData("country", "{\"email\":\"a@b.se\",\"country\":\"Atlantis\"}")]
    [InlineData("value.currency", "{\"email\":\"a@b.se\",\"value\":{\"amount\":1,\"currency\":\"sek\"}}")]
    [InlineData("value.amount", "{\"email\":\"a@b.se\",\"value\":{\"amount\":-1,\"currency\":\"SEK\"}}")]
    [InlineData("value.amount", "{\"email\":\"a@b.se\",\"value\":{\"amount\":1.5,\"currency\":\"SEK\"}}")]
    [InlineData("stageId", "{\"email\":\"a@b.se\",\"stageId\":\"0198c0de-0000-7000-8000-000000000000\"}")]
    [InlineData("stageId", "{\"email\":\"a@b.se\",\"stageId\":\"first\"}")]
    [InlineData("custom.a", "{\"email\":\"a@b.se\",\"custom\":{\"a\":null}}")]
    [InlineData("firstName", "{\"email\":\"a@b.se\",\"firstName\":7}")]
    [InlineData("firstName", "{\"email\":\"a@b.se\",\"firstName\":\"a\\u0000b\"}")]
    [InlineData("nickname", "{\"email\":\"a@b.se\",\"nickname\":\"Annie\"}")]
    public async Task Bad_input_is_refused_with_the_name_of_the_field(string field, string body)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var (status, problem) = await client.TryAsync(HttpMethod.Post, Leads, new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal((HttpStatusCode.BadRequest, "validation_failed"), (status, problem.Text("code")));
        Assert.Contains(field, problem.Fields());
        Assert.Equal(0, (await client.GetAsync(Leads + "/count")).Number("count"));
    }

    [Theory]
    [InlineData("firstName", 200)]
    [InlineData("lastName", 200)]
    [InlineData("company", 300)]
    [InlineData("email", 320)]
    [InlineData("phone", 100)]
    [InlineData("website", 500)]
    [InlineData("country", 100)]
    [InlineData("source", 200)]
    [InlineData("notes", 10_000)]
    public async Task A_text_that_is_too_long_is_refused_with_the_name_of_the_field(string field, int limit)
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var body = new JsonObject { ["email2"] = "a@b.se", [field] = new string('7', limit + 1) };
        var (status, problem) = await client.TryAsync(HttpMethod.Post, Leads, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal([field], problem.Fields());
        // One by one in a batch, too; the others go in.
        var batch = await client.PostAsync(Leads + "/batch", new JsonObject { ["leads"] = new JsonArray(body.DeepClone(), new JsonObject { ["email"] = "fine@b.se" }) });
        Assert.Equal(["invalid", "created"], batch["results"]!.AsArray().Select(r => r!.Text("status")));
        Assert.Contains(field, batch["results"]![0]!.Fields());
    }

    [Fact]
    public async Task A_batch_gives_each_lead_its_own_result()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        await client.PostAsync(Leads, new { email = "there@lee.se" });
        var answer = await client.PostAsync(Leads + "/batch", new
        {
            leads = new object[]
            {
                new { email = "one@lee.se" }, new { email = "broken" }, new { email = "There@lee.se", company = "Lee" }, new { phone = "1", country = "Nowhere" },
                new { email = "ONE@lee.se", firstName = "One" }, new { email = "two@lee.se", custom = new Dictionary<string, string?> { ["a"] = null } },
            },
        });
        Assert.Equal((1L, 2L, 3L), (answer.Number("created"), answer.Number("duplicates"), answer.Number("invalid")));
        var results = answer["results"]!.AsArray();
        Assert.Equal(["created", "invalid", "duplicate", "invalid", "duplicate", "invalid"], results.Select(r => r!.Text("status")));
        Assert.Equal(Enumerable.Range(0, 6).Select(i => (long)i), results.Select(r => r!.Number("index")));
        Assert.Equal(["email"], results[1]!.Fields());
        Assert.Equal(["country", "phone"], results[3]!.Fields().Order());
        Assert.Equal(["custom.a"], results[5]!.Fields());
        Assert.Equal(results[0]!.Id(), results[4]!.Id());
        Assert.Equal("One", (await client.GetAsync($"{Leads}/{results[0]!["id"]}")).Text("firstName"));
        foreach (var count in new[] { 0, 1001 })
        {
            var (status, problem) = await client.TryAsync(HttpMethod.Post, Leads + "/batch", new { leads = Enumerable.Range(0, count).Select(i => new { email = $"p{i}@lee.se" }) });
            Assert.Equal((HttpStatusCode.BadRequest, "leads"), (status, problem.Fields().Single()));
        }
    }

    [Fact]
    public async Task A_key_makes_a_repeated_request_one()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var key = Guid.NewGuid().ToString();
        using var first = await client.SendAsync(HttpMethod.Post, Leads, new { email = "ann@lee.se" }, key);
        using var again = await client.SendAsync(HttpMethod.Post, Leads, new { email = "ann@lee.se" }, key);
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (first.StatusCode, again.StatusCode));
        Assert.Equal((await ApiClient.ReadAsync(first)).ToJsonString(), (await ApiClient.ReadAsync(again)).ToJsonString());
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await client.TryAsync(HttpMethod.Post, Leads, new { email = "bo@lee.se" }, key)).Status);
        Assert.Equal(1, (await client.GetAsync(Leads + "/count")).Number("count"));
    }
}

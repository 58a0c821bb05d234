using System.Net;
using Tideline.Testing;

namespace Tideline.Services.Tests.Customers;

/// <summary>What a person has said counts until they say otherwise, with its proof; and nobody is written to against it.</summary>
public sealed class ConsentTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads", Suppressions = "/api/customers/suppressions";

    [Fact]
    public async Task A_consent_has_its_proof_and_its_withdrawal_hides_none_of_it()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var person = await ResolutionTests.PersonAsync(client, await client.PostAsync(Leads, new { email = "ann@lee.se", email2 = "a@lee.se" }));
        var path = $"/api/customers/customers/{person["id"]}/consents";
        Assert.Equal(["a@lee.se unknown", "ann@lee.se unknown"], await NewestAsync(client, path));

        await client.PutAsync(path, new { channel = "email", state = "granted", wording = "I want the newsletter.", source = "sign-up form", ip = "192.0.2.7" });
        await client.PutAsync(path, new { channel = "email", state = "granted", wording = "I want the newsletter.", source = "sign-up form", ip = "192.0.2.7" });
        await client.PutAsync(path, new { channel = "email", state = "granted", wording = "I want the newsletter and offers." });
        await client.PutAsync(path, new { channel = "email", state = "denied", topic = "offers" });
        await client.PutAsync(path, new { channel = "email", state = "denied" });
        Assert.Equal(["a@lee.se denied", "a@lee.se denied", "ann@lee.se denied", "ann@lee.se denied"], await NewestAsync(client, path));

        var said = (await client.GetAsync(path + "?history=true")).AsArray().Where(c => c!.Text("address") == "ann@lee.se").Select(c => c!).ToList();
        Assert.Equal(
            ["marketing denied", "offers denied", "marketing granted I want the newsletter and offers.", "marketing granted I want the newsletter."],
            said.Select(c => $"{c.Text("topic")} {c.Text("state")} {c.Text("wording")}".TrimEnd()));
        var proof = said[^1];
        Assert.Equal(("sign-up form", "192.0.2.7", client.UserId), (proof.Text("source"), proof.Text("ip"), proof.Id("recordedBy")));
        Assert.InRange(proof["at"]!.GetValue<DateTimeOffset>(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Theory]
    [InlineData("channel", "fax", "granted", null)]
    [InlineData("channel", "sms", "granted", null)]
    [InlineData("state", "email", "maybe", null)]
    [InlineData("ip", "email", "granted", "here")]
    public async Task A_statement_that_cannot_be_is_refused_by_name(string field, string channel, string state, string? ip)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var person = await ResolutionTests.PersonAsync(client, await client.PostAsync(Leads, new { email = "ann@lee.se" }));
        var (status, problem) = await client.TryAsync(HttpMethod.Put, $"/api/customers/customers/{person["id"]}/consents", new { channel, state, ip });
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.Fields().Single()));
    }

    [Fact]
    public async Task Who_has_withdrawn_or_is_suppressed_is_not_reachable_and_who_agrees_again_is()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        foreach (var name in new[] { "ann", "bo", "cy", "di" }) await client.PostAsync(Leads, new { firstName = name, email = name + "@lee.se" });
        var people = await Eventually.Get(() => client.AllAsync(Leads), l => l.All(x => x["customerId"] is not null), "all are resolved");
        string Consents(string name) => $"/api/customers/customers/{people.Single(p => p.Text("firstName") == name)["customerId"]}/consents";
        Assert.Equal(4, await ReachableAsync(client));

        await client.PutAsync(Consents("ann"), new { channel = "email", state = "denied" });
        var bounced = await client.PostAsync(Suppressions, new { channel = "email", address = " BO@lee.se ", reason = "bounce" });
        await client.PostAsync(Suppressions, new { channel = "email", address = "cy@lee.se", reason = "unsubscribe" });
        // Another topic and another channel are no business of a campaign by mail.
        await client.PutAsync(Consents("di"), new { channel = "email", state = "denied", topic = "invoices" });
        Assert.Equal(1, await ReachableAsync(client));

        // Agreeing takes back what the person said themselves, never a bounce.
        foreach (var name in new[] { "ann", "bo", "cy" }) await client.PutAsync(Consents(name), new { channel = "email", state = "granted" });
        Assert.Equal(3, await ReachableAsync(client));
        Assert.Equal(HttpStatusCode.NoContent, (await client.TryAsync(HttpMethod.Delete, $"{Suppressions}/{bounced["id"]}")).Status);
        Assert.Equal(4, await ReachableAsync(client));
    }

    [Fact]
    public async Task An_address_is_suppressed_once_in_its_canonical_form()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var first = await client.PostAsync(Suppressions, new { channel = "email", address = "Ann@Lee.se", reason = "complaint" });
        var again = await client.PostAsync(Suppressions, new { channel = "email", address = "ann@lee.se" });
        Assert.Equal((first.Id(), "ann@lee.se", "complaint"), (again.Id(), again.Text("address"), again.Text("reason")));
        await client.PostAsync(Suppressions, new { channel = "sms", address = "+46 (0)8 123 456" });
        var list = await client.AllAsync(Suppressions, limit: 1);
        Assert.Equal(["+468123456", "ann@lee.se"], list.Select(s => s.Text("address")));
        Assert.Equal("ann@lee.se", Assert.Single((await client.GetAsync(Suppressions + "?channel=email&q=ANN")).Data()).Text("address"));
        foreach (var (field, body) in new (string, object)[]
        {
            ("channel", new { channel = "push", address = "x" }), ("address", new { channel = "email", address = "nobody" }),
            ("address", new { channel = "sms", address = "08-123 456" }), ("reason", new { channel = "email", address = "a@b.se", reason = "mood" }),
        })
            Assert.Equal([field], (await client.TryAsync(HttpMethod.Post, Suppressions, body)).Body.Fields());
        using var other = await fixture.Platform.NewTenantAsync();
        Assert.Empty((await other.GetAsync(Suppressions)).Data());
        Assert.Equal(HttpStatusCode.NotFound, (await other.TryAsync(HttpMethod.Delete, $"{Suppressions}/{first["id"]}")).Status);
    }

    private static async Task<IEnumerable<string>> NewestAsync(ApiClient client, string path) =>
        (await client.GetAsync(path)).AsArray().Select(c => $"{c!.Text("address")} {c!.Text("state")}").Order();

    private static async Task<long> ReachableAsync(ApiClient client)
    {
        var preview = await client.PostAsync("/api/campaigns/audience/preview", new { audience = new { leadFilter = new { } } });
        Assert.Equal(4, preview.Number("people"));
        return preview.Number("reachable");
    }
}

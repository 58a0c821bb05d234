using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Customers;

/// <summary>Behind each lead is a person: the same for all leads of theirs, and never two people as one.</summary>
public sealed class ResolutionTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads", People = "/api/customers/customers";

    [Fact]
    public async Task A_lead_becomes_a_person_with_its_addresses_and_fields()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var lead = await client.PostAsync(Leads, new
        {
            firstName = "Ann",
            lastName = "Lee",
            company = "Lee AB",
            email = "Ann@lee.se",
            email2 = "a@lee.se",
            phone = "08-123 456 ext 7",
            country = "SE",
            source = "Fair",
            custom = new { tier = "gold" },
        });
        var person = await PersonAsync(client, lead);
        Assert.Equal(("Ann Lee", "Lee AB"), (person.Text("displayName"), person.Text("company")));
        Assert.Equal(["a@lee.se", "ann@lee.se"], person["emails"]!.AsArray().Select(e => e!.GetValue<string>()).Order());
        Assert.Equal("+468123456;ext=7", person["phones"]!.AsArray().Single()!.GetValue<string>());
        Assert.Equal(("SE", "Fair", "gold"), (person["attributes"]!.Text("country"), person["attributes"]!.Text("source"), person["attributes"]!.Text("tier")));
        foreach (var q in new[] { "ann", "LEE ab", "a@lee", "123456" }) Assert.Equal(person.Id(), Assert.Single((await client.GetAsync($"{People}?q={q}")).Data()).Id());
        foreach (var q in new[] { "%25", "bo", "ann_lee" }) Assert.Empty((await client.GetAsync($"{People}?q={q}")).Data());
    }

    [Fact]
    public async Task Two_leads_of_one_person_are_one_person_by_any_address_they_share()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var first = await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se", phone = "08-123 456" });
        var person = await PersonAsync(client, first);
        // The first lead is gone; she comes again by another way each time.
        await client.TryAsync(HttpMethod.Delete, $"{Leads}/{first["id"]}");
        var byPhone = await client.PostAsync(Leads, new { phone = "+46 8 123456", email = "ann.lee@work.se" });
        Assert.Equal(person.Id(), (await PersonAsync(client, byPhone)).Id());
        await client.TryAsync(HttpMethod.Delete, $"{Leads}/{byPhone["id"]}");
        // An address that only the second lead has brought.
        var byNew = await client.PostAsync(Leads, new { email = "Ann.Lee@work.se" });
        var now = await PersonAsync(client, byNew);
        Assert.Equal((person.Id(), "Ann"), (now.Id(), now.Text("displayName")));
        Assert.Equal(["ann.lee@work.se", "ann@lee.se"], now["emails"]!.AsArray().Select(e => e!.GetValue<string>()).Order());
        Assert.Single((await client.GetAsync(People)).Data());
    }

    [Fact]
    public async Task People_with_one_name_one_company_or_one_switchboard_stay_apart()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var answer = await client.PostAsync(Leads + "/batch", new
        {
            leads = new object[]
            {
                new { firstName = "Ann", lastName = "Lee", company = "Lee AB", email = "ann@lee.se" }, new { firstName = "Ann", lastName = "Lee", company = "Lee AB", email = "ann2@lee.se" },
                new { firstName = "Bo", phone = "08-123 456 x1" }, new { firstName = "Bo", phone = "08-123 456 x2" }, new { firstName = "Bo", phone = "08-123 456" },
            },
        });
        Assert.Equal(5, answer.Number("created"));
        var leads = await Eventually.Get(() => client.AllAsync(Leads), l => l.All(x => x["customerId"] is not null), "all are resolved");
        Assert.Equal(5, leads.Select(l => l.Id("customerId")).Distinct().Count());
    }

    [Fact]
    public async Task An_address_that_moves_to_another_lead_makes_no_one_of_two()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var ann = await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se" });
        var bo = await client.PostAsync(Leads, new { firstName = "Bo", email = "bo@lee.se" });
        var (annId, boId) = ((await PersonAsync(client, ann)).Id(), (await PersonAsync(client, bo)).Id());
        Assert.NotEqual(annId, boId);
        await client.PatchAsync($"{Leads}/{ann["id"]}", new { phone = "08-123 456" });
        await Eventually.Get(() => client.GetAsync($"{People}/{annId}"), p => p["phones"]!.AsArray().Count == 1, "the number is Ann's");
        // Somebody says that it is Bo's, too: it stays Ann's.
        await client.PostAsync(Leads, new { email = "bo@lee.se", phone = "08-123 456", company = "Ek" });
        var company = await Eventually.Get(() => client.GetAsync($"{People}/{boId}"), p => p.Text("company") == "Ek", "Bo's company");
        Assert.Empty(company["phones"]!.AsArray());
        Assert.Equal(2, (await client.GetAsync(People)).Data().Count);
    }

    [Fact]
    public async Task Eighty_leads_of_forty_people_who_come_at_once_are_forty_people()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        await Task.WhenAll(Enumerable.Range(0, 80).Select(i => client.PostAsync(Leads, new { email = $"P{i % 40}@lee.se", phone = $"070-174 06 {i % 40:00}" })));
        var leads = await Eventually.Get(() => client.AllAsync(Leads), l => l.All(x => x["customerId"] is not null), "all are resolved");
        Assert.Equal(40, leads.Select(l => l.Id("customerId")).Distinct().Count());
        Assert.Equal(40, (await client.AllAsync(People, limit: 7)).Select(p => p.Id()).Distinct().Count());
    }

    [Fact]
    public async Task What_happens_to_the_leads_stands_on_the_persons_timeline()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var lead = await client.PostAsync(Leads, new { email = "ann@lee.se", source = "Fair" });
        var person = await PersonAsync(client, lead);
        await client.PatchAsync($"{Leads}/{lead["id"]}", new { company = "Lee AB", ownerId = client.UserId });
        var won = (await client.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray().Single(s => s!.Text("status") == "won")!;
        await client.PostAsync($"{Leads}/{lead["id"]}/stage", new { stageId = won.Id() });
        var path = $"{People}/{person["id"]}/timeline";
        var lines = await Eventually.Get(() => client.GetAsync(path), t => t.Data().Count == 4, "four lines");
        Assert.Equal(["Assigned by hand", "Became a lead from Fair", "Lead changed: company", "Moved from New to Won"], lines.Data().Select(l => l.Text("summary")).Order());
        Assert.All(lines.Data(), l => Assert.Equal(lead.Id(), l["data"]!.Id("leadId")));
        Assert.Equal(lines.Data().Select(l => l.Id()), (await client.AllAsync(path, limit: 1)).Select(l => l.Id()));
        using var other = await fixture.Platform.NewTenantAsync();
        foreach (var foreign in new[] { path, $"{People}/{person["id"]}", $"{People}/{person["id"]}/consents" })
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await other.TryAsync(HttpMethod.Get, foreign)).Status);
    }

    internal static async Task<JsonNode> PersonAsync(ApiClient client, JsonNode lead)
    {
        var known = await Eventually.Get(() => client.GetAsync($"{Leads}/{lead["id"]}"), l => l["customerId"] is not null, "the person is known");
        return await client.GetAsync($"{People}/{known["customerId"]}");
    }
}

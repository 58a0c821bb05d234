using System.Net;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads;

/// <summary>Lists show what was asked for, each lead once, in order, however long one reads and whatever is added meanwhile.</summary>
public sealed class LeadListTests(PlatformFixture fixture)
{
    private const string Leads = "/api/leads/leads";

    private static readonly string[] Sorts = ["createdAt", "updatedAt", "displayName", "company", "score"];

    public static TheoryData<string> Orders => [.. Sorts, .. Sorts.Select(s => "-" + s)];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Pages_over_ties_show_each_lead_once_and_in_order(string sort)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        // One batch: all created at one moment; names and companies shared by several, some without.
        await client.PostAsync(Leads + "/batch", new
        {
            leads = Enumerable.Range(0, 37).Select(i => new { firstName = i % 3 == 0 ? "ann" : "Ödön", company = i % 4 == 0 ? null : $"Company {i % 2}", email = $"p{i}@example.com" }),
        });
        var whole = await client.AllAsync($"{Leads}?sort={sort}");
        var paged = await client.AllAsync($"{Leads}?sort={sort}", limit: 5);
        Assert.Equal(37, whole.Select(l => l.Id()).Distinct().Count());
        Assert.Equal(whole.Select(l => l.Id()), paged.Select(l => l.Id()));
        var other = sort.StartsWith('-') ? sort[1..] : "-" + sort;
        Assert.Equal(whole.Select(l => l.Id()).Reverse(), (await client.AllAsync($"{Leads}?sort={other}", limit: 7)).Select(l => l.Id()));
    }

    [Theory]
    [InlineData("createdAt")]
    [InlineData("-createdAt")]
    [InlineData("displayName")]
    public async Task Leads_that_come_in_meanwhile_neither_hide_nor_repeat_those_that_were_there(string sort)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        await client.PostAsync(Leads + "/batch", new { leads = Enumerable.Range(0, 30).Select(i => new { firstName = $"Name {i % 5}", email = $"p{i}@example.com" }) });
        var before = (await client.AllAsync(Leads)).Select(l => l.Id()).ToHashSet();
        var added = 0;
        var read = await client.AllAsync($"{Leads}?sort={sort}", limit: 4, between: () => client.PostAsync(Leads, new { firstName = $"Name {added}", email = $"late{added++}@example.com" }));
        Assert.Equal(read.Count, read.Select(l => l.Id()).Distinct().Count());
        Assert.Superset(before, read.Select(l => l.Id()).ToHashSet());
    }

    [Fact]
    public async Task Each_filter_leaves_what_it_says_and_the_count_agrees()
    {
        using var client = await fixture.Platform.NewTenantAsync("SE");
        var stages = (await client.GetAsync("/api/leads/pipelines"))[0]!["stages"]!.AsArray().Select(s => s!.Id()).ToList();
        await client.PostAsync(Leads, new { firstName = "Ann", email = "ann@lee.se", source = "Fair", ownerId = client.UserId });
        await client.PostAsync(Leads, new { firstName = "Bo", email = "bo@ek.se", source = "Web, form", stageId = stages[1] });
        await client.PostAsync(Leads, new { firstName = "Cy", company = "100% Wool_", phone = "08-123 456", stageId = stages[5] });
        var imported = await Imports.Importing.ImportAsync(client, "First name,Email,Created\nDi,di@old.se,2019-05-01\n");
        foreach (var (query, names) in new (string, string)[]
        {
            ("", "Ann Bo Cy Di"), ("status=new", "Ann Di"), ("status=working,won", "Bo Cy"), ("status=WORKING&status=won", "Bo Cy"),
            ($"stageId={stages[1]}", "Bo"), ($"stageId={stages[1]},{stages[5]}", "Bo Cy"),
            ($"ownerId={client.UserId}", "Ann"), ("ownerId=none", "Bo Cy Di"), ($"ownerId=none,{client.UserId}", "Ann Bo Cy Di"),
            ("source=Fair", "Ann"), ("source=Web,%20form", "Bo"), ("source=Fair&source=Web,%20form", "Ann Bo"),
            ("createdTo=2020-01-01T00:00:00Z", "Di"), ("createdFrom=2020-01-01T00:00:00Z", "Ann Bo Cy"), ($"importId={imported["id"]}", "Di"),
            ("q=an", "Ann"), ("q=LEE.se", "Ann"), ("q=123456", "Cy"), ("q=08-123", "Cy"), ("q=100%25", "Cy"), ("q=wool_", "Cy"), ("q=w_ol", ""), ("q=%25%25", ""),
            ("q=ek%20bo", "Bo"), ("q=ek%20ann", ""), ("q=.se&status=won", ""), ("q=\\", ""),
        })
        {
            var found = await client.AllAsync($"{Leads}?sort=displayName&{query}");
            Assert.True(names == string.Join(' ', found.Select(l => l.Text("firstName"))), $"{query}: {string.Join(' ', found.Select(l => l.Text("firstName")))}");
            Assert.Equal(found.Count, (await client.GetAsync($"{Leads}/count?{query}")).Number("count"));
        }
    }

    [Theory]
    [InlineData("status", "status=open")]
    [InlineData("status", "status=1")]
    [InlineData("stageId", "stageId=first")]
    [InlineData("ownerId", "ownerId=me")]
    [InlineData("importId", "importId=7")]
    [InlineData("createdFrom", "createdFrom=yesterday")]
    [InlineData("createdTo", "createdTo=2020-13-01")]
    [InlineData("sort", "sort=name")]
    [InlineData("limit", "limit=0")]
    [InlineData("limit", "limit=201")]
    [InlineData("cursor", "cursor=abc")]
    [InlineData("cursor", "cursor=WzEsMl0")]
    public async Task A_filter_that_means_nothing_is_refused_by_name(string field, string query)
    {
        using var client = await fixture.Platform.NewTenantAsync();
        var (status, problem) = await client.TryAsync(HttpMethod.Get, $"{Leads}?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(field, problem.Fields());
    }

    [Fact]
    public async Task A_search_of_more_than_200_characters_is_refused_by_name()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        Assert.Contains("q", (await client.TryAsync(HttpMethod.Get, $"{Leads}?q={new string('a', 201)}")).Body.Fields());
    }

    [Fact]
    public async Task Nobody_sees_the_leads_of_another_workspace()
    {
        using var client = await fixture.Platform.NewTenantAsync();
        using var other = await fixture.Platform.NewTenantAsync();
        var lead = await client.PostAsync(Leads, new { email = "ann@lee.se" });
        Assert.Empty(await other.AllAsync(Leads));
        foreach (var (method, path, body) in new (HttpMethod, string, JsonObject?)[]
        {
            (HttpMethod.Get, "", null), (HttpMethod.Patch, "", new JsonObject { ["company"] = "x" }), (HttpMethod.Delete, "", null), (HttpMethod.Get, "/activities", null),
            (HttpMethod.Post, "/activities", new JsonObject { ["type"] = "note", ["text"] = "x" }),
        })
            Assert.Equal(HttpStatusCode.NotFound, (await other.TryAsync(method, $"{Leads}/{lead["id"]}{path}", body)).Status);
        // The same address is another person's there.
        Assert.NotEqual(lead.Id(), (await other.PostAsync(Leads, new { email = "ann@lee.se" })).Id());
    }
}

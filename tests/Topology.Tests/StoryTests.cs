using System.Net;
using System.Text.RegularExpressions;
using Tideline.Services.Tests.Notifications.Email;
using Tideline.Testing;

namespace Tideline.Topology.Tests;

/// <summary>The main story, the same in every shape of the installation: people come in by a file, each gets an agent, and each gets one message.</summary>
public abstract partial class StoryTests(Shape shape)
{
    [Fact]
    public async Task A_file_becomes_leads_each_has_an_agent_and_everybody_gets_one_message()
    {
        var workspace = await Workspace.OpenAsync(shape);
        var owner = workspace.Owner;
        await workspace.RouteToAsync(await workspace.HireAsync(3));

        // In.
        var csv = Sample.Csv(shape.Rows);
        var id = await workspace.StartImportAsync(csv);
        var import = await workspace.ImportedAsync(id);
        long Count(System.Text.Json.Nodes.JsonNode of, string name) => of[name]!.GetValue<long>();
        Assert.Equal(shape.Rows, Count(import, "rowsDone"));
        Assert.Equal(shape.Rows, Count(import, "created") + Count(import, "updated") + Count(import, "duplicates") + Count(import, "rejected"));
        var rejected = await owner.Http.GetStringAsync($"/api/leads/imports/{id}/rejected.csv", TestContext.Current.CancellationToken);
        Assert.Equal(Count(import, "rejected"), rejected.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1);

        // Round.
        var shares = await workspace.AllAssignedAsync(Count(import, "created"));
        Assert.Equal(Count(import, "created"), shares.Sum());
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);

        // Again: nothing changes.
        var again = await workspace.ImportedAsync(await workspace.StartImportAsync(csv));
        Assert.Equal((0, 0), (Count(again, "created"), Count(again, "updated")));

        // Out.
        var subject = "Tide " + Guid.NewGuid().ToString("n")[..8];
        var campaign = await workspace.WriteCampaignAsync(subject);
        var preview = await Eventually.Get(() => owner.PostAsync("/api/campaigns/audience/preview", new { audience = new { leadFilter = new { } } }),
            p => p["people"]!.GetValue<long>() == Count(import, "created"), "customers are resolved", TimeSpan.FromMinutes(2));
        var reachable = Count(preview, "reachable");
        await owner.PostAsync($"/api/campaigns/campaigns/{campaign}/start");
        var stats = (await workspace.CompletedAsync(campaign))["stats"]!;
        Assert.Equal(reachable, Count(stats, "sent"));
        Assert.Equal((0, 0, 0), (Count(stats, "failed"), Count(stats, "unknown"), Count(stats, "queued")));

        var mails = await workspace.MailsAsync(subject);
        Assert.Equal(reachable, mails.Length);
        Assert.Equal(reachable, mails.Select(m => m.ToAddress).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(mails, Decent);

        // And back.
        var looked = mails.Take(20).ToList();
        using var anybody = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        foreach (var mail in looked) (await anybody.GetAsync(shape.Reach(Pixel().Match(mail.Html!).Groups[1].Value))).EnsureSuccessStatusCode();
        foreach (var mail in looked.Take(10))
        {
            using var click = await anybody.GetAsync(shape.Reach(WebUtility.HtmlDecode(Link().Match(mail.Html!).Groups[1].Value)));
            Assert.Equal("https://harbour.example/offer", click.Headers.Location?.ToString());
        }
        foreach (var mail in looked.Take(5))
        {
            var address = shape.Reach(mail.Headers["List-Unsubscribe"].Split('<', '>').First(p => p.StartsWith("http", StringComparison.Ordinal)));
            (await anybody.GetAsync(address)).EnsureSuccessStatusCode();
            using var oneClick = new FormUrlEncodedContent(new Dictionary<string, string> { ["List-Unsubscribe"] = "One-Click" });
            (await anybody.PostAsync(address, oneClick)).EnsureSuccessStatusCode();
        }
        await Eventually.Get(() => workspace.MonitorAsync(campaign),
            m => (Count(m["stats"]!, "opened"), Count(m["stats"]!, "clicked"), Count(m["stats"]!, "unsubscribed")) == (20, 10, 5), "opens, clicks and unsubscribes arrive");
        var log = await owner.GetAsync($"/api/notifications/messages/summary?campaignId={campaign}");
        Assert.Equal(reachable, Count(log["byStatus"]!, "sent"));

        // Those who said no are left out of the next one.
        await Eventually.Get(() => owner.PostAsync("/api/campaigns/audience/preview", new { audience = new { leadFilter = new { } } }),
            p => p["reachable"]!.GetValue<long>() == reachable - 5, "unsubscribed people are not reachable any more");
    }

    [Fact]
    public async Task One_lead_is_one_trace_from_the_request_to_the_relay()
    {
        var workspace = await Workspace.OpenAsync(shape);
        await workspace.RouteToAsync(await workspace.HireAsync(1));
        var trace = Guid.NewGuid().ToString("n");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/leads/leads")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { firstName = "Tracy", email = $"tracy-{trace[..8]}@example.com" }),
        };
        request.Headers.TryAddWithoutValidation("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var response = await workspace.Owner.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await ApiClient.ReadAsync(response);

        string[] steps = ["POST /api/leads/leads", "handle lead.created", "handle assignment.decided", "handle lead.assigned", "run notifications.deliver", "mail send"];
        await Eventually.Get(
            async () => string.Join("; ", (await workspace.Owner.GetAsync("/api/system/traces/" + trace)).AsArray().Select(s => s!["name"]!.GetValue<string>())),
            names => steps.All(step => names.Contains(step, StringComparison.Ordinal)), $"the trace has {string.Join(", ", steps)}", TimeSpan.FromSeconds(40));
    }

    private static void Decent(ParsedMail mail)
    {
        Assert.Empty(mail.Defects);
        Assert.Equal(("Harbour", "news@harbour.example"), (mail.FromName, mail.FromAddress));
        var name = mail.Headers["Subject"].Split(" for ")[1];
        Assert.Contains("Hello " + name, WebUtility.HtmlDecode(mail.Html!), StringComparison.Ordinal);
        Assert.Contains("Hello " + name, mail.Text!, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("#0a7f5a", mail.Html!, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("1 Quay Street", mail.Text!, StringComparison.Ordinal);
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
    }

    [GeneratedRegex("<img[^>]+src=\"([^\"]+/t/o/[^\"]+)\"")]
    private static partial Regex Pixel();

    [GeneratedRegex("<a[^>]+href=\"([^\"]+/t/c/[^\"]+)\"")]
    private static partial Regex Link();
}

/// <summary>The story in one process.</summary>
[Collection(nameof(Topologies))]
public sealed class OneProcessTests(OneProcess shape) : StoryTests(shape), IClassFixture<OneProcess>;

/// <summary>The story with every service a process of its own.</summary>
[Collection(nameof(Topologies))]
public sealed class ManyProcessesTests(ManyProcesses shape) : StoryTests(shape), IClassFixture<ManyProcesses>;

/// <summary>One installation at a time: each takes the whole machine.</summary>
[CollectionDefinition(nameof(Topologies))]
public sealed class Topologies;

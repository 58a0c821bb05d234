using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Contracts.Leads;
using Tideline.Leads;
using Tideline.Testing;

namespace Tideline.Services.Tests.Notifications;

public class InboxTests(NotificationsFixture fixture)
{
    [Fact]
    public async Task One_lead_is_announced_by_its_name_in_the_console_and_by_email()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var lead = Guid.CreateVersion7();
        await PublishAsync(tenant, [Assigned(tenant.Api.UserId, lead, "Grace Hopper")]);
        var item = Assert.Single((await InboxAsync(tenant, 1)).AsArray())!;
        Assert.Equal(("New lead: Grace Hopper", $"/leads/{lead}", "leads_assigned"), (item["title"]!.GetValue<string>(), item["link"]!.GetValue<string>(), item["kind"]!.GetValue<string>()));
        var mail = await RequestedEmailTests.CaughtAsync(tenant, "owner-");
        Assert.Equal("New lead for you: Grace Hopper", mail["subject"]!.GetValue<string>());
        Assert.Contains($"/leads/{lead}", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        // The agent's mail is nothing that happened to the lead.
        Assert.Empty((await tenant.Api.GetAsync($"/api/notifications/messages?leadId={lead}"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Many_leads_at_once_are_one_notification_and_one_email()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var import = Guid.CreateVersion7();
        await PublishAsync(tenant, Enumerable.Range(0, 250).Select(i => Assigned(tenant.Api.UserId, Guid.CreateVersion7(), "Lead " + i) with { ImportId = import }));
        var item = await Eventually.Get(async () => (await tenant.Api.GetAsync("/api/notifications/inbox"))["data"]!.AsArray(),
            a => a.Count == 1 && a[0]!["title"]!.GetValue<string>() == "250 leads assigned to you", "the summary");
        Assert.EndsWith("and 247 more", item[0]!["body"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("250 new leads for you", (await RequestedEmailTests.CaughtAsync(tenant, "owner-"))["subject"]!.GetValue<string>());
        Assert.Single((await tenant.Api.GetAsync("/api/notifications/messages"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Who_takes_a_lead_themselves_is_not_told_of_it()
    {
        var tenant = await fixture.SandboxTenantAsync();
        await PublishAsync(tenant, [Assigned(tenant.Api.UserId, Guid.CreateVersion7(), "Mine") with { By = tenant.Api.UserId }, Assigned(tenant.Api.UserId, Guid.CreateVersion7(), "Given")]);
        Assert.Equal("New lead: Given", Assert.Single((await InboxAsync(tenant, 1)).AsArray())!["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_finished_import_is_told_to_whoever_started_it()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var import = Guid.CreateVersion7();
        await PublishAsync(tenant, [new ImportCompleted { ImportId = import, FileName = "fair.csv", Created = 1200, Updated = 3, Duplicates = 0, Rejected = 7, StartedBy = tenant.Api.UserId }]);
        var item = Assert.Single((await InboxAsync(tenant, 1)).AsArray())!;
        Assert.Equal(("Import finished: fair.csv", "1,200 new, 3 updated, 7 rejected.", $"/imports/{import}"),
            (item["title"]!.GetValue<string>(), item["body"]!.GetValue<string>(), item["link"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Reading_is_counted_and_is_each_persons_own()
    {
        var tenant = await fixture.SandboxTenantAsync();
        var other = await fixture.SandboxTenantAsync();
        await PublishAsync(tenant, Enumerable.Range(0, 3).Select(i => (IEvent)new ImportCompleted { ImportId = Guid.CreateVersion7(), FileName = i + ".csv", Created = 1, Updated = 0, Duplicates = 0, Rejected = 0, StartedBy = tenant.Api.UserId }));
        await PublishAsync(tenant, [new ImportCompleted { ImportId = Guid.CreateVersion7(), FileName = "theirs.csv", Created = 1, Updated = 0, Duplicates = 0, Rejected = 0, StartedBy = Guid.NewGuid() }]);
        var items = await InboxAsync(tenant, 3);
        var first = items[0]!["id"]!.GetValue<Guid>();

        using (var foreign = await other.Api.SendAsync(HttpMethod.Post, $"/api/notifications/inbox/{first}/read")) Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        for (var i = 0; i < 2; i++)
        {
            using var read = await tenant.Api.SendAsync(HttpMethod.Post, $"/api/notifications/inbox/{first}/read");
            Assert.Equal(HttpStatusCode.NoContent, read.StatusCode);
        }
        Assert.Equal(2, (await tenant.Api.GetAsync("/api/notifications/inbox/count"))["unread"]!.GetValue<int>());
        Assert.Equal(2, (await tenant.Api.GetAsync("/api/notifications/inbox?unread=true"))["data"]!.AsArray().Count);
        await tenant.Api.PostAsync("/api/notifications/inbox/read-all");
        Assert.Equal(0, (await tenant.Api.GetAsync("/api/notifications/inbox/count"))["unread"]!.GetValue<int>());

        var page = await tenant.Api.GetAsync("/api/notifications/inbox?limit=2");
        var rest = await tenant.Api.GetAsync($"/api/notifications/inbox?limit=2&cursor={page["next"]}");
        Assert.Equal(3, page["data"]!.AsArray().Concat(rest["data"]!.AsArray()).Select(i => i!["id"]!.GetValue<Guid>()).Distinct().Count());
    }

    private static LeadAssigned Assigned(Guid agent, Guid lead, string name) => new() { LeadId = lead, AssignedTo = agent, DisplayName = name, Reason = "Next in turn." };

    private static Task<JsonNode> InboxAsync(MailTenant tenant, int count) => Eventually.Get(
        async () => (await tenant.Api.GetAsync("/api/notifications/inbox"))["data"]!, a => a.AsArray().Count == count, $"{count} notifications");

    private static Task<int> PublishAsync(MailTenant tenant, IEnumerable<IEvent> events) => tenant.Platform.InTenantAsync(tenant.Id, async sp =>
    {
        var db = sp.GetRequiredService<LeadsDb>();
        foreach (var happened in events) db.Publish(happened);
        return await db.SaveChangesAsync();
    });
}

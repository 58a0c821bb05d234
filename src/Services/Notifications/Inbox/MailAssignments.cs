using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Tideline.Contracts;
using Tideline.Contracts.Identity;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Messages;
using Tideline.Notifications.MessageTemplates;
using Tideline.Platform.Jobs;
using Tideline.Platform.Realtime;

namespace Tideline.Notifications.Inbox;

/// <summary>An agent is to be told by e-mail of the leads gathered for them.</summary>
[Job("notifications.mail-assignments", Queue = "mail", Concurrency = 4)]
internal sealed record MailAssignments(Guid UserId) : IJob;

/// <summary>What has been gathered goes away with the e-mail that tells of it, in one transaction: it is told once.</summary>
internal sealed class RunMailAssignments(
    NotificationsDb db, IdentityClient identity, MessageIntake intake, IOptions<NotificationsOptions> options, ILiveUpdates live) : IRunJob<MailAssignments>
{
    public async Task RunAsync(MailAssignments job, JobRun run, CancellationToken ct)
    {
        var agent = (await identity.UsersAsync([job.UserId], ct)).SingleOrDefault();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await AnnounceAssignments.LockAsync(db, job.UserId, ct);
        if (await db.Digests.SingleOrDefaultAsync(d => d.UserId == job.UserId, ct) is not { } digest) return;
        db.Remove(digest);
        await db.SaveChangesAsync(ct);
        if (agent is { IsActive: true }) await intake.AddAsync([MailOf(digest, agent)], ct);
        else run.Log("The agent has left the workspace.");
        await transaction.CommitAsync(ct);
        db.RaiseOutboxSignal();
        live.Changed(db.Caller.TenantId, "messages");
    }

    private NewMessage MailOf(AssignmentDigest digest, UserSummary agent)
    {
        var console = options.Value.PublicUrl.TrimEnd('/');
        var isOne = digest.Count == 1;
        return new NewMessage
        {
            Id = Guid.CreateVersion7(),
            Kind = MessageKind.Transactional,
            TemplateKey = isOne ? SystemTemplates.LeadAssigned : SystemTemplates.LeadsAssigned,
            Address = agent.Email,
            DisplayName = agent.Name,
            Subject = isOne ? digest.Names[0] : "Leads assigned",
            Variables = MessageVariables.Json(new Dictionary<string, string>
            {
                ["agentName"] = agent.Name,
                ["leadName"] = digest.Names[0],
                ["reason"] = digest.Reason,
                ["count"] = digest.Count.ToString(CultureInfo.InvariantCulture),
                ["leadNames"] = AnnounceAssignments.NamesOf(digest.Names, digest.Count),
                ["url"] = isOne ? $"{console}/leads/{digest.LeadId}" : $"{console}/leads?ownerId={agent.Id}",
            }),
        };
    }
}

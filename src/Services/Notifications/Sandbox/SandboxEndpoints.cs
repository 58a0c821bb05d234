using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Tideline.Notifications.MessageTemplates;
using Tideline.Platform.Api;
using Tideline.Platform.Realtime;
using Tideline.Platform.Security;

namespace Tideline.Notifications.Sandbox;

internal static class SandboxEndpoints
{
    private const string OfOwners = "tenant:own";

    public static void MapSandbox(this RouteGroupBuilder api)
    {
        var sandbox = api.MapGroup("/sandbox").WithTags("Sandbox");
        sandbox.MapGet("/", List).WithName("listSandboxMessages").Requires("sandbox:read");
        sandbox.MapGet("/{id:guid}", Get).WithName("getSandboxMessage").Requires("sandbox:read");
        sandbox.MapDelete("/", Empty).WithName("emptySandbox").Requires("sandbox:write");
    }

    /// <summary>Messages that the sandbox caught, newest first. <c>q</c> is a part of the address or the subject.</summary>
    private static async Task<Ok<Page<SandboxItem>>> List(NotificationsDb db, string? q, Guid? campaignId, int? limit, string? cursor, CancellationToken ct)
    {
        var size = Limit.Of(limit);
        var caught = db.Sandbox.AsNoTracking();
        if (campaignId is not null) caught = caught.Where(m => m.CampaignId == campaignId);
        if (!string.IsNullOrWhiteSpace(q))
        {
            var text = q.Trim().ToLowerInvariant();
            caught = caught.Where(m => m.ToAddress.Contains(text) || m.Subject.ToLower().Contains(text));
        }
        if (Cursor.TimeAndId(cursor) is var (at, last)) caught = caught.Where(m => m.At < at || (m.At == at && m.Id < last));
        var mayReadAll = db.Caller.Can(OfOwners);
        var rows = await caught.OrderByDescending(m => m.At).ThenByDescending(m => m.Id).Take(size + 1)
            .Select(m => new SandboxItem(
                m.Id, m.ToAddress, m.FromAddress, m.Subject,
                mayReadAll || !db.Messages.Any(s => s.Id == m.Id && s.TemplateKey != null && SystemTemplates.Confidential.Contains(s.TemplateKey)) ? m.Preview : "",
                m.At, m.CampaignId)).ToListAsync(ct);
        return TypedResults.Ok(Page<SandboxItem>.Of(rows, size, m => [m.At, m.Id]));
    }

    /// <summary>A caught message, as its recipient would see it and as it would have gone over the wire.</summary>
    private static async Task<Ok<SandboxDetail>> Get(Guid id, NotificationsDb db, CancellationToken ct)
    {
        var message = await db.Sandbox.AsNoTracking().SingleOrDefaultAsync(m => m.Id == id, ct) ?? throw Problem.NotFound("message");
        // A link to a new password or into the workspace would make an analyst an owner.
        if (!db.Caller.Can(OfOwners) && await db.Messages.AnyAsync(s => s.Id == id && s.TemplateKey != null && SystemTemplates.Confidential.Contains(s.TemplateKey), ct))
            throw new Problem(StatusCodes.Status403Forbidden, "message_confidential", "This message lets its recipient into an account.", "An owner of the workspace can read it.");
        return TypedResults.Ok(SandboxDetail.Of(message));
    }

    /// <summary>Empty the sandbox. The log of messages stays.</summary>
    private static async Task<NoContent> Empty(NotificationsDb db, ILiveUpdates live, CancellationToken ct)
    {
        await db.Sandbox.ExecuteDeleteAsync(ct);
        live.Changed(db.Caller.TenantId, "sandbox");
        return TypedResults.NoContent();
    }
}

/// <summary>A caught message in a list.</summary>
public sealed record SandboxItem(Guid Id, string To, string From, string Subject, string Preview, DateTimeOffset At, Guid? CampaignId);

/// <summary>A caught message.</summary>
public sealed record SandboxDetail(
    Guid Id, string To, string From, string Subject, string Preview, DateTimeOffset At, Guid? CampaignId, string Html, string Text, IReadOnlyList<HeaderView> Headers,
    string Raw, int Size, string? UnsubscribeUrl)
{
    internal static SandboxDetail Of(SandboxMessage m)
    {
        var raw = Encoding.UTF8.GetString(m.Raw);
        return new SandboxDetail(m.Id, m.ToAddress, m.FromAddress, m.Subject, m.Preview, m.At, m.CampaignId, m.Html, m.Text, HeaderView.Read(raw), raw, m.Raw.Length, m.UnsubscribeUrl);
    }
}

/// <summary>A header as it stands in the message, its lines joined.</summary>
public sealed record HeaderView(string Name, string Value)
{
    internal static List<HeaderView> Read(string raw)
    {
        var headers = new List<HeaderView>();
        foreach (var line in raw.Split("\r\n").TakeWhile(l => l.Length > 0))
        {
            if (line[0] is ' ' or '\t' && headers.Count > 0) headers[^1] = headers[^1] with { Value = headers[^1].Value + " " + line.Trim() };
            else if (line.IndexOf(':') is > 0 and var colon) headers.Add(new HeaderView(line[..colon], line[(colon + 1)..].Trim()));
        }
        return headers;
    }
}

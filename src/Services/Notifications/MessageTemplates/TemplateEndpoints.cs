using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Messages;
using Tideline.Notifications.Previews;
using Tideline.Notifications.Templates;
using Tideline.Platform.Api;
using Tideline.Platform.Security;

namespace Tideline.Notifications.MessageTemplates;

internal static class TemplateEndpoints
{
    private const int MostTemplates = 500;

    public static void MapTemplates(this RouteGroupBuilder api)
    {
        var templates = api.MapGroup("/templates").WithTags("Templates");
        templates.MapGet("/", List).WithName("listTemplates").Requires("notifications:read");
        templates.MapPost("/", Create).WithName("createTemplate").Requires("notifications:write").Idempotent<NotificationsDb>();
        templates.MapGet("/{id:guid}", Get).WithName("getTemplate").Requires("notifications:read");
        templates.MapPatch("/{id:guid}", Change).WithName("updateTemplate").Requires("notifications:write");
        templates.MapDelete("/{id:guid}", Remove).WithName("deleteTemplate").Requires("notifications:write");
    }

    /// <summary>Templates of transactional messages: the platform's, and those that the workspace has changed or made.</summary>
    private static async Task<Ok<Page<TemplateView>>> List(NotificationsDb db, CancellationToken ct)
    {
        var own = await db.Templates.AsNoTracking().ToListAsync(ct);
        var views = own.Select(TemplateView.Of).Concat(SystemTemplates.All.Where(s => own.TrueForAll(t => t.Id != s.Id)).Select(TemplateView.Of));
        return TypedResults.Ok(new Page<TemplateView>([.. views.OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Language, StringComparer.Ordinal)], null));
    }

    /// <summary>Make a template, or one of the platform's in another language.</summary>
    private static async Task<Created<TemplateView>> Create(
        TemplateInput body, NotificationsDb db, PreparedTemplates prepared, HttpContext context, TimeProvider clock, CancellationToken ct)
    {
        var language = body.Language ?? StoredTemplate.DefaultLanguage;
        if (SystemTemplates.Find(body.Key) is { IsFixed: true }) throw Fixed();
        if (language == StoredTemplate.DefaultLanguage && SystemTemplates.Find(body.Key) is not null) throw Exists();
        if (await db.Templates.AnyAsync(t => t.Channel == Message.Email && t.Key == body.Key && t.Language == language, ct)) throw Exists();
        if (await db.Templates.CountAsync(ct) >= MostTemplates) throw Problem.Conflict("too_many_templates", $"A workspace may have {MostTemplates} templates.");
        var template = new StoredTemplate
        {
            TenantId = db.Caller.TenantId,
            Key = body.Key,
            Language = language,
            Channel = Message.Email,
            Name = body.Name.Trim(),
            Subject = body.Subject,
            Html = body.Html,
            Text = body.Text,
            UpdatedBy = db.Caller.UserId,
            CreatedAt = clock.GetUtcNow(),
            UpdatedAt = clock.GetUtcNow(),
        };
        Check(template, prepared);
        db.Add(template);
        await SaveAsync(db, ct);
        context.SetETag(template.Version);
        return TypedResults.Created($"/api/notifications/templates/{template.Id}", TemplateView.Of(template));
    }

    /// <summary>One template.</summary>
    private static async Task<Ok<TemplateView>> Get(Guid id, NotificationsDb db, HttpContext context, CancellationToken ct)
    {
        var own = await db.Templates.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, ct);
        var view = own is not null ? TemplateView.Of(own) : TemplateView.Of(FindSystem(id));
        context.SetETag(view.Version);
        return TypedResults.Ok(view);
    }

    /// <summary>Change a template. What is absent stays. A change to one of the platform's is the workspace's own from then on.</summary>
    private static async Task<Ok<TemplateView>> Change(
        Guid id, TemplateEdit body, NotificationsDb db, PreparedTemplates prepared, HttpContext context, TimeProvider clock, CancellationToken ct)
    {
        var template = await db.Templates.SingleOrDefaultAsync(t => t.Id == id, ct);
        if (template is null)
        {
            if (FindSystem(id).IsFixed) throw Fixed();
            template = CopyOf(FindSystem(id), db, clock.GetUtcNow());
            if (context.Request.Headers.IfMatch.ToString() is not ("" or "*" or "\"0\""))
                throw new Problem(StatusCodes.Status412PreconditionFailed, "stale_version", "Somebody else has changed it meanwhile.", "Read it again and repeat the change.");
            db.Add(template);
        }
        else
        {
            db.RequireIfMatch(template, context.Request);
        }
        if (body.Name is { } name) template.Name = string.IsNullOrWhiteSpace(name) ? throw Problem.Invalid("name", "Must not be empty.") : name.Trim();
        template.Subject = body.Subject ?? template.Subject;
        template.Html = body.Html ?? template.Html;
        if (body.StatesText) template.Text = body.Text;
        Check(template, prepared);
        (template.UpdatedAt, template.UpdatedBy) = (clock.GetUtcNow(), db.Caller.UserId);
        await SaveAsync(db, ct);
        context.SetETag(template.Version);
        return TypedResults.Ok(TemplateView.Of(template));
    }

    /// <summary>Delete a template; one of the platform's gets its own words back.</summary>
    private static async Task<NoContent> Remove(Guid id, NotificationsDb db, CancellationToken ct)
    {
        if (await db.Templates.Where(t => t.Id == id).ExecuteDeleteAsync(ct) == 0) FindSystem(id);
        return TypedResults.NoContent();
    }

    private static SystemTemplate FindSystem(Guid id) => SystemTemplates.All.FirstOrDefault(t => t.Id == id) ?? throw Problem.NotFound("template");

    private static StoredTemplate CopyOf(SystemTemplate system, NotificationsDb db, DateTimeOffset now) => new()
    {
        TenantId = db.Caller.TenantId,
        Id = system.Id,
        Key = system.Key,
        Language = StoredTemplate.DefaultLanguage,
        Channel = Message.Email,
        Name = system.Name,
        Subject = system.Subject,
        Html = system.Html,
        CreatedAt = now,
        UpdatedAt = now,
    };

    private static void Check(StoredTemplate template, PreparedTemplates prepared)
    {
        if (string.IsNullOrWhiteSpace(template.Subject)) throw Problem.Invalid("subject", "Must not be empty.");
        if (string.IsNullOrWhiteSpace(template.Html)) throw Problem.Invalid("html", "Must not be empty.");
        TemplateProblems.ThrowIfAny(new EmailContent(template.Subject, null, template.Html, template.Text), prepared);
    }

    private static async Task SaveAsync(NotificationsDb db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            throw Exists();
        }
    }

    private static Problem Fixed() =>
        Problem.Conflict("template_fixed", "The words of this message cannot be changed.", "It carries a key to somebody's account; its look is that of the default brand.");

    private static Problem Exists() => Problem.Conflict("template_exists", "There is a template with this key and language.", "Change that one.");
}

/// <summary>A new template.</summary>
public sealed record TemplateInput
{
    /// <summary>By which services ask for it: lower-case letters, digits, - and _.</summary>
    [Required, RegularExpression("^[a-z][a-z0-9_-]{0,63}$", ErrorMessage = "Must be 1 to 64 lower-case letters, digits, - or _.")]
    public required string Key { get; init; }
    /// <summary>What people call it.</summary>
    [Required, StringLength(200, MinimumLength = 1)] public required string Name { get; init; }
    /// <summary>BCP 47; English when absent.</summary>
    [RegularExpression("^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", ErrorMessage = "Must be a language tag such as sv or pt-BR."), MaxLength(35)]
    public string? Language { get; init; }
    /// <summary>Only email, for now.</summary>
    [RegularExpression("^email$", ErrorMessage = "Must be email.")] public string? Channel { get; init; }
    /// <summary>Handlebars.</summary>
    [Required, StringLength(1_000, MinimumLength = 1)] public required string Subject { get; init; }
    /// <summary>Handlebars; the body only, the brand's layout goes around it.</summary>
    [Required, StringLength(500_000, MinimumLength = 1)] public required string Html { get; init; }
    /// <summary>Handlebars; made from the HTML when absent.</summary>
    [MaxLength(500_000)] public string? Text { get; init; }
}

/// <summary>Changes to a template; what is absent stays.</summary>
public sealed record TemplateEdit
{
    /// <summary>What people call it.</summary>
    [MaxLength(200)] public string? Name { get; init; }
    /// <summary>Handlebars.</summary>
    [MaxLength(1_000)] public string? Subject { get; init; }
    /// <summary>Handlebars.</summary>
    [MaxLength(500_000)] public string? Html { get; init; }
    /// <summary>Handlebars; null to have it made from the HTML.</summary>
    [MaxLength(500_000)] public string? Text { get; init { field = value; StatesText = true; } }

    internal bool StatesText { get; private init; }
}

/// <summary>A template. Version 0 has the platform's own words.</summary>
public sealed record TemplateView(
    Guid Id, string Key, string Name, string Channel, string Language, string Subject, string Html, string? Text, bool IsSystem, uint Version, DateTimeOffset? UpdatedAt)
{
    internal static TemplateView Of(StoredTemplate t) =>
        new(t.Id, t.Key, t.Name, t.Channel, t.Language, t.Subject, t.Html, t.Text, SystemTemplates.Find(t.Key) is not null, t.Version, t.UpdatedAt);

    internal static TemplateView Of(SystemTemplate t) =>
        new(t.Id, t.Key, t.Name, Message.Email, StoredTemplate.DefaultLanguage, t.Subject, t.Html, null, true, 0, null);
}

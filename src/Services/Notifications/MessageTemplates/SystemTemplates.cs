using System.Security.Cryptography;
using System.Text;

namespace Tideline.Notifications.MessageTemplates;

/// <summary>A template that comes with the platform.</summary>
/// <param name="Key">By which services ask for it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Subject">Handlebars.</param>
/// <param name="Html">Handlebars; the body only.</param>
internal sealed record SystemTemplate(string Key, string Name, string Subject, string Html)
{
    /// <summary>Carries a key to somebody's account, so its words are not a workspace's to change: one that changed them could have the key sent elsewhere.</summary>
    public bool IsFixed { get; init; }

    /// <summary>The same in every installation and for every tenant, so that a tenant's own version can take its place.</summary>
    public Guid Id { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes("tideline template " + Key)).AsSpan(0, 16), bigEndian: true);
}

/// <summary>The messages that the platform itself sends, in words that a tenant may replace.</summary>
internal static class SystemTemplates
{
    public const string LeadAssigned = "lead_assigned";
    public const string LeadsAssigned = "leads_assigned";

    public static readonly IReadOnlyList<SystemTemplate> All =
    [
        new("invitation", "Invitation to the workspace", "{{inviterName}} invites you to {{tenantName}}", """
            <h1>Join {{tenantName}}</h1>
            <p>{{inviterName}} has invited you to work together in {{tenantName}}. Your role will be <strong>{{role}}</strong>.</p>
            <p><a class="button" href="{{url}}">Accept the invitation</a></p>
            <p>The link works until {{date expiresAt "d MMMM yyyy"}}. If you did not expect this message, you can ignore it.</p>
            """),
        new("password_reset", "Password reset", "Set a new password", """
            <h1>Set a new password</h1>
            <p>{{#if name}}Hello {{name}}, somebody{{else}}Somebody{{/if}} has asked for a new password for your account. If that was you, choose one here:</p>
            <p><a class="button" href="{{url}}">Set a new password</a></p>
            <p>{{#if minutes}}The link works once, for {{minutes}} minutes. {{/if}}If it was not you, nothing has changed and you need not do anything.</p>
            """) { IsFixed = true },
        new("email_verification", "Confirmation of an e-mail address", "Confirm your e-mail address", """
            <h1>Confirm your e-mail address</h1>
            <p>Hello {{name}}, is {{email}} your address? Then say so here, and your account has it:</p>
            <p><a class="button" href="{{url}}">Confirm the address</a></p>
            <p>The link works once, for 24 hours. If you know nothing of this, you can ignore it.</p>
            """) { IsFixed = true },
        new("account_notice", "Notice about an account", "Your account was changed", """
            <h1>Your account was changed</h1>
            <p>Hello {{name}}. {{what}}</p>
            <p>If that was you, all is well. If it was not, <a href="{{url}}">set a new password</a> at once and tell an administrator.</p>
            """) { IsFixed = true },
        new(LeadAssigned, "A lead was assigned", "New lead for you: {{leadName}}", """
            <h1>{{leadName}} is yours</h1>
            <p>Hello {{agentName}}, a lead was assigned to you.</p>
            {{#if reason}}<p>Why you: {{reason}}</p>{{/if}}
            <p><a class="button" href="{{url}}">Open the lead</a></p>
            """),
        new(LeadsAssigned, "Leads were assigned", "{{count}} new leads for you", """
            <h1>{{count}} leads are yours</h1>
            <p>Hello {{agentName}}, {{count}} leads were assigned to you: {{leadNames}}.</p>
            <p><a class="button" href="{{url}}">Open your leads</a></p>
            """),
    ];

    private static readonly Dictionary<string, SystemTemplate> ByKey = All.ToDictionary(t => t.Key, StringComparer.Ordinal);

    /// <summary>Keys of messages whose links let somebody in. What the sandbox catches of them is for owners' eyes.</summary>
    public static readonly IReadOnlyList<string> Confidential = [.. All.Where(t => t.IsFixed).Select(t => t.Key), "invitation"];

    public static SystemTemplate? Find(string key) => ByKey.GetValueOrDefault(key);
}

using System.Text.Json;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;

namespace Tideline.Campaigns.Content;

/// <summary>What a template may say of its recipient.</summary>
internal static class Variables
{
    /// <summary>Somebody to show a template with when no lead is chosen.</summary>
    public static IReadOnlyDictionary<string, string> Example { get; } = new Dictionary<string, string>
    {
        ["firstName"] = "Alex",
        ["lastName"] = "Morgan",
        ["displayName"] = "Alex Morgan",
        ["company"] = "Northwind Ltd",
        ["email"] = "alex.morgan@example.com",
        ["country"] = "US",
        ["website"] = "https://northwind.example",
        ["source"] = "website",
    };

    /// <summary>Everything known of a lead that a template may name.</summary>
    public static Dictionary<string, string> Of(AudienceMember lead)
    {
        var variables = Stored(lead);
        variables["displayName"] = lead.DisplayName;
        if (lead.Email is { } email) variables["email"] = email;
        return variables;
    }

    /// <summary>What is kept with a recipient; the address and the shown name have columns of their own.</summary>
    public static string Json(AudienceMember lead) => JsonSerializer.Serialize(Stored(lead));

    /// <summary>A kept recipient as notifications takes it.</summary>
    public static HandOver HandOver(Guid messageId, string address, string displayName, Guid? customerId, Guid leadId, string stored, string? traceparent)
    {
        var variables = JsonSerializer.Deserialize<Dictionary<string, string>>(stored)!;
        variables["displayName"] = displayName;
        variables["email"] = address;
        return new HandOver(messageId, address, displayName, customerId, leadId, variables, traceparent);
    }

    private static Dictionary<string, string> Stored(AudienceMember lead)
    {
        var variables = new Dictionary<string, string>();
        Add("firstName", lead.FirstName);
        Add("lastName", lead.LastName);
        Add("company", lead.Company);
        Add("country", lead.Country);
        Add("website", lead.Website);
        Add("source", lead.Source);
        foreach (var (name, value) in lead.Custom ?? new Dictionary<string, string>()) Add("custom." + name, value);
        return variables;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) variables[name] = value;
        }
    }
}

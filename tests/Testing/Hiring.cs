using System.Text.RegularExpressions;

namespace Tideline.Testing;

/// <summary>People for a workspace, by the way that people come in: an invitation by mail, which the sandbox has caught.</summary>
public static partial class Hiring
{
    /// <summary>New members; each client is signed in as one of them.</summary>
    public static async Task<List<ApiClient>> HireAsync(this TestPlatform platform, ApiClient owner, int count, string role = "agent")
    {
        var unique = Guid.NewGuid().ToString("n")[..12];
        var hired = new List<ApiClient>();
        for (var i = 0; i < count; i++)
        {
            var email = $"{role}{i}-{unique}@example.net";
            await owner.PostAsync("/api/identity/invitations", new { email, role });
            var mail = await Eventually.Get(() => owner.GetAsync("/api/notifications/sandbox?q=" + email), m => m["data"]!.AsArray().Count > 0, "the invitation by mail", TimeSpan.FromSeconds(60));
            var text = (await owner.GetAsync($"/api/notifications/sandbox/{mail["data"]![0]!["id"]}"))["text"]!.GetValue<string>();
            using var anonymous = platform.Anonymous();
            var session = await anonymous.PostAsync("/api/identity/invitations/accept",
                new { token = Token().Match(text).Groups[1].Value, name = $"{role} {i}", password = "a quiet harbour " + unique });
            hired.Add(new ApiClient(new HttpClient { BaseAddress = platform.Address }, session));
        }
        return hired;
    }

    [GeneratedRegex(@"accept-invitation\?token=([A-Za-z0-9_\-\.]+)")]
    private static partial Regex Token();
}

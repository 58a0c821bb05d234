using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests;

/// <summary>Short ways to ask and to read, for tests over the API.</summary>
internal static class Wire
{
    public static string Text(this JsonNode node, string name) => node[name]?.GetValue<string>() ?? "";

    public static Guid Id(this JsonNode node, string name = "id") => node[name]!.GetValue<Guid>();

    public static long Number(this JsonNode node, string name) => node[name]!.GetValue<long>();

    public static List<JsonNode> Data(this JsonNode page) => [.. page["data"]!.AsArray().Select(n => n!)];

    /// <summary>Status and body of a request that is not expected to succeed.</summary>
    public static async Task<(HttpStatusCode Status, JsonNode Body)> TryAsync(this ApiClient client, HttpMethod method, string path, object? body = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body, body.GetType());
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await client.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    /// <summary>The fields that a problem names.</summary>
    public static IEnumerable<string> Fields(this JsonNode problem) => problem["errors"]?.AsObject().Select(e => e.Key) ?? [];

    /// <summary>The lead once customers has noted on it who it is, which happens in its own time and makes another version of it.</summary>
    public static Task<JsonNode> SettledAsync(this ApiClient client, Guid lead) =>
        Eventually.Get(() => client.GetAsync($"/api/leads/leads/{lead}"), l => l["customerId"] is not null, "the person is known", TimeSpan.FromSeconds(60));

    /// <summary>All pages of a list.</summary>
    public static async Task<List<JsonNode>> AllAsync(this ApiClient client, string path, int limit = 200, Func<Task>? between = null)
    {
        var (all, next) = (new List<JsonNode>(), (string?)null);
        do
        {
            var page = await client.GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(next is null ? "" : "&cursor=" + next)}");
            all.AddRange(page.Data());
            next = page["next"]?.GetValue<string>();
            if (between is not null && next is not null) await between();
        }
        while (next is not null);
        return all;
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tideline.Testing;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Imports through the API, as a client would.</summary>
internal static class Importing
{
    public const string Path = "/api/leads/imports";

    public static MultipartFormDataContent Form(byte[] file, string name = "leads.csv")
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        return new MultipartFormDataContent { { content, "file", name } };
    }

    public static async Task<JsonNode> UploadAsync(this ApiClient client, byte[] file, string name = "leads.csv", string? key = null)
    {
        using var response = await client.SendAsync(HttpMethod.Post, Path, Form(file, name), key);
        return await ApiClient.ReadAsync(response);
    }

    public static Task<JsonNode> UploadAsync(this ApiClient client, string text) => client.UploadAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>The mapping that was suggested, with what the test changes about it.</summary>
    public static async Task<JsonNode> MapAsync(this ApiClient client, JsonNode import, Action<JsonNode>? change = null)
    {
        var mapping = import["mapping"]!.DeepClone();
        change?.Invoke(mapping);
        return await client.PutAsync($"{Path}/{import["id"]}/mapping", mapping);
    }

    /// <summary>Uploads, maps as suggested and runs to the end.</summary>
    public static async Task<JsonNode> ImportAsync(this ApiClient client, byte[] file, Action<JsonNode>? change = null, TimeSpan? within = null)
    {
        var import = await client.MapAsync(await client.UploadAsync(file), change);
        await client.PostAsync($"{Path}/{import["id"]}/start");
        return await client.EndedAsync(import["id"]!.GetValue<Guid>(), within);
    }

    public static Task<JsonNode> ImportAsync(this ApiClient client, string text, Action<JsonNode>? change = null) => client.ImportAsync(Encoding.UTF8.GetBytes(text), change);

    public static Task<JsonNode> EndedAsync(this ApiClient client, Guid id, TimeSpan? within = null) => Eventually.Get(
        () => client.GetAsync($"{Path}/{id}"), i => i["status"]!.GetValue<string>() is "completed" or "failed" or "cancelled", "the import ends", within ?? TimeSpan.FromSeconds(60));

    public static async Task<List<JsonNode>> LeadsAsync(this ApiClient client, string query = "") =>
        [.. (await client.GetAsync("/api/leads/leads?limit=200&sort=displayName" + query))["data"]!.AsArray().Select(l => l!)];

    public static async Task<long> LeadCountAsync(this ApiClient client) => (await client.GetAsync("/api/leads/leads/count"))["count"]!.GetValue<long>();

    /// <summary>created, updated, duplicates, rejected.</summary>
    public static (long Created, long Updated, long Duplicates, long Rejected) Counts(this JsonNode import) => (
        import["created"]!.GetValue<long>(), import["updated"]!.GetValue<long>(), import["duplicates"]!.GetValue<long>(), import["rejected"]!.GetValue<long>());

    /// <summary>A file with this many different people.</summary>
    public static byte[] People(int count, int from = 0)
    {
        var text = new StringBuilder("First Name,Last Name,Company,Email,Phone\r\n");
        for (var i = from; i < from + count; i++) text.Append($"First{i},Last{i},\"Company {i % 97}, Inc\",person{i}@example{i % 50}.com,+46 70 {i:0000000}\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

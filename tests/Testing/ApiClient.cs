using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tideline.Testing;

/// <summary>A client of the API as an outsider would write one: no types of ours, so that the wire is what is tested.</summary>
public sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client; with the answer of a sign-in it sends that session's access token.</summary>
    public ApiClient(HttpClient http, JsonNode? session)
    {
        _http = http;
        Session = session;
        if (session is null) return;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session["accessToken"]!.GetValue<string>());
        TenantId = session["tenant"]!["id"]!.GetValue<Guid>();
        UserId = session["user"]!["id"]!.GetValue<Guid>();
    }

    /// <summary>The raw client.</summary>
    public HttpClient Http => _http;

    /// <summary>The answer of the sign-in.</summary>
    public JsonNode? Session { get; }

    /// <summary>The tenant of the token.</summary>
    public Guid TenantId { get; }

    /// <summary>The user of the token.</summary>
    public Guid UserId { get; }

    /// <summary>GET; fails on anything but success.</summary>
    public async Task<JsonNode> GetAsync(string path)
    {
        using var response = await _http.GetAsync(path);
        return await ReadAsync(response);
    }

    /// <summary>POST of JSON; fails on anything but success.</summary>
    public async Task<JsonNode> PostAsync(string path, object? body = null, string? idempotencyKey = null)
    {
        using var response = await SendAsync(HttpMethod.Post, path, body ?? new { }, idempotencyKey);
        return await ReadAsync(response);
    }

    /// <summary>PATCH of JSON; fails on anything but success.</summary>
    public async Task<JsonNode> PatchAsync(string path, object body)
    {
        using var response = await SendAsync(HttpMethod.Patch, path, body);
        return await ReadAsync(response);
    }

    /// <summary>PUT of JSON; fails on anything but success.</summary>
    public async Task<JsonNode> PutAsync(string path, object body)
    {
        using var response = await SendAsync(HttpMethod.Put, path, body);
        return await ReadAsync(response);
    }

    /// <summary>Any request; the caller looks at the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body, body.GetType());
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await _http.SendAsync(request);
    }

    /// <summary>The JSON of an answer; an exception that shows the whole answer when it is no success.</summary>
    public static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}: {(int)response.StatusCode} {text}", null, response.StatusCode);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

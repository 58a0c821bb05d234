using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Tideline.Contracts;

/// <summary>Another service refused a call; carries its problem.</summary>
public sealed class ServiceCallException(HttpStatusCode status, string? code, string message) : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The problem's stable code.</summary>
    public string? Code { get; } = code;
}

/// <summary>What the typed clients have in common.</summary>
public static class ServiceHttp
{
    /// <summary>GET; null on 404.</summary>
    public static async Task<T?> GetOrNullAsync<T>(this HttpClient http, string path, CancellationToken ct) where T : class
    {
        using var response = await http.GetAsync(path, ct);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync<T>(response, ct);
    }

    /// <summary>POST of JSON with an answer of JSON.</summary>
    public static async Task<T> PostAsync<T>(this HttpClient http, string path, object body, CancellationToken ct)
    {
        using var response = await http.PostAsync(path, JsonContent.Create(body, body.GetType(), options: ContractsJson.Requests), ct);
        return await ReadAsync<T>(response, ct);
    }

    /// <summary>POST of JSON without an answer.</summary>
    public static async Task PostAsync(this HttpClient http, string path, object body, CancellationToken ct)
    {
        using var response = await http.PostAsync(path, JsonContent.Create(body, body.GetType(), options: ContractsJson.Requests), ct);
        if (!response.IsSuccessStatusCode) throw await RefusedAsync(response, ct);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken ct)
    {
        if (!response.IsSuccessStatusCode) throw await RefusedAsync(response, ct);
        return await response.Content.ReadFromJsonAsync<T>(ContractsJson.Options, ct)
            ?? throw new ServiceCallException(response.StatusCode, "empty_answer", "The answer is empty.");
    }

    private static async Task<ServiceCallException> RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        string? code = null, title = null;
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(ct);
            code = problem.TryGetProperty("code", out var c) ? c.GetString() : null;
            title = problem.TryGetProperty("title", out var t) ? t.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // Not a problem document; the status says what there is to say.
        }
        return new ServiceCallException(response.StatusCode, code,
            $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath}: {(int)response.StatusCode} {title ?? response.ReasonPhrase}");
    }
}

using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.Configuration;
using Tideline.Contracts;

namespace Tideline.Platform.Clients;

/// <summary>
/// Service tokens of the services in this process: got from identity with the service's own secret (OAuth 2.0 client credentials), kept
/// until shortly before they end.
/// </summary>
internal sealed class ServiceTokens(IConfiguration configuration, IHttpClientFactory clients, TimeProvider clock)
{
    public const string Client = "identity-bootstrap";
    private readonly ConcurrentDictionary<string, Lazy<Task<Issued>>> _issued = new(StringComparer.Ordinal);

    public async ValueTask<string> GetAsync(string service, CancellationToken ct)
    {
        while (true)
        {
            var known = _issued.GetOrAdd(service, name => new Lazy<Task<Issued>>(() => RequestAsync(name)));
            Issued issued;
            try
            {
                issued = await known.Value.WaitAsync(ct);
            }
            catch
            {
                _issued.TryRemove(new KeyValuePair<string, Lazy<Task<Issued>>>(service, known));
                throw;
            }
            if (issued.RenewAt > clock.GetUtcNow()) return issued.Token;
            _issued.TryRemove(new KeyValuePair<string, Lazy<Task<Issued>>>(service, known));
        }
    }

    private async Task<Issued> RequestAsync(string service)
    {
        var secret = configuration[$"Services:{service}:Secret"]
            ?? throw new InvalidOperationException($"Services:{service}:Secret is not set; the service cannot call others without it.");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/identity/service-token");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{service}:{secret}")));
        using var response = await clients.CreateClient(Client).SendAsync(request, deadline.Token);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"identity refused a service token for '{service}' ({(int)response.StatusCode}). Is Services:{service}:Secret the same on both sides?");
        var token = await response.Content.ReadFromJsonAsync<ServiceToken>(ContractsJson.Options, deadline.Token)
            ?? throw new HttpRequestException("identity answered without a token.");
        return new Issued(token.AccessToken, clock.GetUtcNow().AddSeconds(token.ExpiresIn * 0.8));
    }

    private sealed record Issued(string Token, DateTimeOffset RenewAt);

    private sealed record ServiceToken(string AccessToken, int ExpiresIn);
}

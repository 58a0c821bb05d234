namespace Tideline.Contracts.Customers;

/// <summary>What other services ask of customers.</summary>
public sealed class CustomersClient(HttpClient http)
{
    /// <summary>Which of these addresses must not be written to on a channel, and why.</summary>
    public Task<ReachabilityAnswer> ReachabilityAsync(ReachabilityRequest request, CancellationToken ct) =>
        http.PostAsync<ReachabilityAnswer>("/internal/customers/reachability", request, ct);
}

/// <summary>Canonical addresses, at most 5,000. The topic is <c>marketing</c> when absent.</summary>
public sealed record ReachabilityRequest(string Channel, IReadOnlyList<string> Addresses, string? Topic = null);

/// <summary>The blocked ones only: address to <c>suppressed</c>, <c>unsubscribed</c> or <c>no_consent</c>.</summary>
public sealed record ReachabilityAnswer(IReadOnlyDictionary<string, string> Blocked);

namespace Tideline.Platform.Clients;

/// <summary>Where each service answers: in this process or at the addresses configured for it. Filled by the host.</summary>
public sealed class ServiceDirectory
{
    private readonly Dictionary<string, Uri[]> _remote = new(StringComparer.Ordinal);

    /// <summary>Services hosted in this process.</summary>
    public HashSet<string> Local { get; } = new(StringComparer.Ordinal);

    /// <summary>Services elsewhere, with their addresses.</summary>
    public IReadOnlyDictionary<string, Uri[]> Remote => _remote;

    /// <summary>A service answers at these addresses.</summary>
    public void SetRemote(string service, Uri[] addresses) => _remote[service] = addresses;

    /// <summary>Base address for calls to a service; the host name <c>{service}.in-process</c> never leaves the process.</summary>
    internal Uri BaseAddress(string service) => Local.Contains(service)
        ? new Uri($"http://{service}.in-process")
        : _remote.TryGetValue(service, out var addresses) && addresses.Length > 0
            ? addresses[0]
            : throw new InvalidOperationException($"The service '{service}' is not hosted here and has no address. Set Services:{service}:Url.");
}

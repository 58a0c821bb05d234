using System.Collections.Concurrent;

namespace Tideline.Worker.Claims;

/// <summary>Claims that found nothing and wait; woken when a job of one of their types becomes ready.</summary>
internal sealed class ReadyWaiters
{
    private readonly ConcurrentDictionary<Waiter, byte> _waiting = new();
    private readonly ConcurrentDictionary<string, long> _news = new(StringComparer.Ordinal);

    /// <summary>Types for which somebody waits.</summary>
    public IReadOnlyCollection<string> Types => _waiting.IsEmpty ? [] : [.. _waiting.Keys.SelectMany(w => w.Types).Distinct(StringComparer.Ordinal)];

    /// <summary>Begins to listen. What becomes ready from now on is not missed, even if the claim is still looking.</summary>
    public Waiter Register(IReadOnlyCollection<string> types)
    {
        var waiter = new Waiter(this, types);
        _waiting[waiter] = 0;
        return waiter;
    }

    /// <summary>Grows when jobs of one of the types become ready: a claim that has seen all there was need not look again until then.</summary>
    public long NewsOf(IReadOnlyCollection<string> types) => types.Sum(type => _news.GetValueOrDefault(type));

    /// <summary>Jobs of this type became ready.</summary>
    public void Raise(string type)
    {
        _news.AddOrUpdate(type, 1, static (_, n) => n + 1);
        foreach (var waiter in _waiting.Keys)
            if (waiter.Types.Contains(type)) waiter.Wake();
    }

    internal sealed class Waiter(ReadyWaiters all, IReadOnlyCollection<string> types) : IDisposable
    {
        private readonly SemaphoreSlim _news = new(0, 1);

        public IReadOnlyCollection<string> Types => types;

        public void Wake()
        {
            try
            {
                if (_news.CurrentCount == 0) _news.Release();
            }
            catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
            {
                // Woken by somebody else at the same moment, or gone.
            }
        }

        public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _news.WaitAsync(atMost, ct);

        public void Dispose()
        {
            all._waiting.TryRemove(this, out _);
            _news.Dispose();
        }
    }
}

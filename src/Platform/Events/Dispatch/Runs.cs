namespace Tideline.Platform.Events.Dispatch;

/// <summary>Cuts a chunk into runs: events of one tenant and type that may be handled together.</summary>
internal static class Runs
{
    /// <summary>
    /// Takes the first event's run out of what is pending. An event further back joins it when no event before it that stays behind
    /// has its key: so runs are long although tenants and types are mixed, and order per key holds.
    /// </summary>
    public static List<Delivery> TakeNext(List<Delivery> pending)
    {
        var first = pending[0].Event;
        var run = new List<Delivery>();
        var rest = new List<Delivery>();
        var overtaken = new HashSet<OrderKey>();
        foreach (var delivery in pending)
        {
            if (delivery.Event.TenantId == first.TenantId && delivery.Event.Type == first.Type && !overtaken.Contains(delivery.OrderKey))
            {
                run.Add(delivery);
                continue;
            }
            rest.Add(delivery);
            overtaken.Add(delivery.OrderKey);
        }
        pending.Clear();
        pending.AddRange(rest);
        return run;
    }
}

namespace Tideline.Platform.Realtime;

/// <summary>
/// Tells open consoles of a tenant that something changed, so that they ask again. A hint, not a fact: it may be lost, it is merged to
/// about one a second and topic, and it never carries data.
/// </summary>
public interface ILiveUpdates
{
    /// <summary>Something under this topic changed: <c>leads</c>, <c>imports</c>, <c>campaigns</c>, <c>inbox</c>, <c>messages</c>, <c>sandbox</c>, <c>jobs</c>, <c>assignment</c>.</summary>
    void Changed(Guid tenantId, string topic, Guid? id = null);
}

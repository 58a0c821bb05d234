using Tideline.Contracts.Identity;
using Tideline.Platform.Events;

namespace Tideline.Brands;

/// <summary>A new workspace speaks under its own name from the first minute.</summary>
internal sealed class MakeDefaultBrand(BrandBook brands) : IHandle<TenantCreated>
{
    public Task HandleAsync(TenantCreated happened, CancellationToken ct) => brands.EnsureDefaultAsync(happened.Name, ct);
}

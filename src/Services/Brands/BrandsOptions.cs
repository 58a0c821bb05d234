using System.ComponentModel.DataAnnotations;

namespace Tideline.Brands;

/// <summary>Settings under <c>Services:brands</c>.</summary>
internal sealed class BrandsOptions
{
    /// <summary>From-address of a workspace's first brand, until the workspace sets its own.</summary>
    [Required, EmailAddress]
    public string FromEmail { get; set; } = "hello@tideline.example";
}

using Tideline.Platform.Hosting;

namespace Tideline.Host;

/// <summary>The services of the platform. Adding one is a line here.</summary>
internal static class Catalog
{
    public static IReadOnlyList<IService> All { get; } =
    [
        new Identity.IdentityService(),
        new Brands.BrandsService(),
        new Leads.LeadsService(),
        new Customers.CustomersService(),
        new Assignment.AssignmentService(),
        new Campaigns.CampaignsService(),
        new Notifications.NotificationsService(),
        new Worker.WorkerService(),
        new Scheduler.SchedulerService(),
    ];
}

using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Customers;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Customers.Consents;
using Tideline.Platform.Hosting;

namespace Tideline.Customers;

/// <summary>Knows which person is behind each lead and address, what happened to them, and what they have allowed.</summary>
public sealed class CustomersService : IService
{
    /// <inheritdoc/>
    public string Name => "customers";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddScoped<ConsentBook>();
        svc.AddDatabase<CustomersDb>()
            .Publishes<CustomerResolved>().Publishes<CustomerMerged>().Publishes<ConsentChanged>().Publishes<SuppressionChanged>()
            .HandlesMany<LeadCreated, ResolveLeads>()
            .HandlesMany<LeadUpdated, ResolveLeads>()
            .HandlesMany<LeadAssigned, RecordLeads>()
            .HandlesMany<LeadStageChanged, RecordLeads>()
            .HandlesMany<MessageSent, RecordMessages>()
            .HandlesMany<MessageOpened, RecordMessages>()
            .HandlesMany<MessageClicked, RecordMessages>()
            .HandlesMany<MessageBounced, RecordMessages>()
            .HandlesMany<MessageComplained, RecordMessages>()
            .HandlesMany<MessageUnsubscribed, RecordMessages>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapCustomers();
        routes.Api.MapConsents();
        routes.Api.MapSuppressions();
        routes.Internal.MapReachability();
    }
}

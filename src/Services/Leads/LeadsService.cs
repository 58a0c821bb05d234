using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts.Assignment;
using Tideline.Contracts.Customers;
using Tideline.Contracts.Identity;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Contracts.Worker;
using Tideline.Leads.Imports;
using Tideline.Leads.Pipelines;
using Tideline.Leads.Timeline;
using Tideline.Platform.Hosting;

namespace Tideline.Leads;

/// <summary>Takes in people who may become customers and follows them until they are won or lost.</summary>
public sealed class LeadsService : IService
{
    /// <inheritdoc/>
    public string Name => "leads";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddScoped<LeadIntake>().AddScoped<PipelineBook>().AddScoped<TenantDefaults>()
            .AddScoped<ImportWriter>().AddScoped<ImportEnd>().AddScoped<UndoChanges>();
        svc.AddDatabase<LeadsDb>()
            .Calls<IdentityClient>("identity")
            .Publishes<LeadCreated>().Publishes<LeadUpdated>().Publishes<LeadAssigned>().Publishes<LeadStageChanged>()
            .Publishes<LeadWon>().Publishes<LeadLost>().Publishes<LeadDeleted>().Publishes<ImportCompleted>()
            .Runs<ImportLeads, RunImport>().Runs<UndoImport, RunUndo>()
            .Handles<JobGivenUp, EndGivenUp>()
            .HandlesMany<AssignmentDecided, RecordAssignments>()
            .HandlesMany<CustomerResolved, RecordCustomers>()
            .Handles<TenantCreated, RememberTenant>()
            .Handles<TenantUpdated, RememberTenant>()
            .HandlesMany<MessageSent, RecordMessages>()
            .HandlesMany<MessageOpened, RecordMessages>()
            .HandlesMany<MessageClicked, RecordMessages>()
            .HandlesMany<MessageBounced, RecordMessages>()
            .HandlesMany<MessageUnsubscribed, RecordMessages>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapLeads();
        routes.Api.MapLeadLists();
        routes.Api.MapTimeline();
        routes.Api.MapPipelines();
        routes.Api.MapImports();
        routes.Internal.MapAudience();
    }
}

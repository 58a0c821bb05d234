using Microsoft.Extensions.DependencyInjection;
using Tideline.Assignment.Pools;
using Tideline.Assignment.Rules;
using Tideline.Contracts.Assignment;
using Tideline.Contracts.Identity;
using Tideline.Contracts.Leads;
using Tideline.Platform.Hosting;

namespace Tideline.Assignment;

/// <summary>Decides who gets which lead, fairly, and can say why.</summary>
public sealed class AssignmentService : IService
{
    /// <inheritdoc/>
    public string Name => "assignment";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddScoped<Decider>().AddScoped<Roster>();
        svc.AddDatabase<AssignmentDb>()
            .Calls<IdentityClient>("identity")
            .Publishes<AssignmentDecided>()
            .HandlesMany<LeadCreated, AssignLeads>()
            .Handles<LeadUpdated, FollowLeads>()
            .Handles<LeadAssigned, FollowLeads>()
            .Handles<LeadStageChanged, FollowLeads>()
            .Handles<LeadDeleted, FollowLeads>()
            .Handles<MembershipChanged, FollowMembers>()
            .Runs<DrainWaiting, RunDrainWaiting>();
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapPools();
        routes.Api.MapRules();
        routes.Api.MapDecisions();
    }
}

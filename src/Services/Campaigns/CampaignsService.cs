using Microsoft.Extensions.DependencyInjection;
using Tideline.Campaigns.Audiences;
using Tideline.Campaigns.Content;
using Tideline.Campaigns.Results;
using Tideline.Campaigns.Runs;
using Tideline.Contracts.Brands;
using Tideline.Contracts.Campaigns;
using Tideline.Contracts.Customers;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Contracts.Scheduler;
using Tideline.Platform.Hosting;

namespace Tideline.Campaigns;

/// <summary>Brings one message to many people, each of them once, and counts what becomes of it.</summary>
public sealed class CampaignsService : IService
{
    /// <inheritdoc/>
    public string Name => "campaigns";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.Services.AddScoped<Drafts>().AddScoped<Readiness>().AddScoped<People>().AddScoped<Numbers>().AddScoped<RecipientMarks>()
            .AddScoped<CampaignStates>().AddScoped<BatchSwitch>().AddScoped<AudienceFreeze>().AddScoped<Delivery>();
        svc.AddDatabase<CampaignsDb>()
            .Publishes<CampaignStarted>().Publishes<CampaignPaused>().Publishes<CampaignCompleted>()
            .Publishes<ScheduleRequested>().Publishes<ScheduleCancelled>()
            .Handles<ScheduleDue, StartDueCampaigns>()
            .HandlesMany<MessageSent, RecordMessages>()
            .HandlesMany<MessageDelivered, RecordMessages>()
            .HandlesMany<MessageOpened, RecordMessages>()
            .HandlesMany<MessageClicked, RecordMessages>()
            .HandlesMany<MessageBounced, RecordMessages>()
            .HandlesMany<MessageComplained, RecordMessages>()
            .HandlesMany<MessageUnsubscribed, RecordMessages>()
            .HandlesMany<MessageFailed, RecordMessages>()
            .Runs<RunCampaign, CampaignRunner>()
            .Runs<FollowState, RunFollowState>()
            .Calls<LeadsClient>("leads")
            .Calls<CustomersClient>("customers")
            .Calls<BrandsClient>("brands")
            .Calls<NotificationsClient>("notifications");
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapCampaigns();
        routes.Api.MapStates();
        routes.Api.MapContent();
        routes.Api.MapAudience();
        routes.Api.MapResults();
    }
}

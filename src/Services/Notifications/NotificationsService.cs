using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tideline.Contracts.Brands;
using Tideline.Contracts.Customers;
using Tideline.Contracts.Identity;
using Tideline.Contracts.Leads;
using Tideline.Contracts.Notifications;
using Tideline.Notifications.Batches;
using Tideline.Notifications.Delivery;
using Tideline.Notifications.Email;
using Tideline.Notifications.Inbox;
using Tideline.Notifications.Messages;
using Tideline.Notifications.MessageTemplates;
using Tideline.Notifications.Previews;
using Tideline.Notifications.Sandbox;
using Tideline.Notifications.Suppressions;
using Tideline.Notifications.Tracking;
using Tideline.Platform.Hosting;

namespace Tideline.Notifications;

/// <summary>Every message of the platform, whoever asks for it: rendered, sent once, followed, and told of.</summary>
public sealed class NotificationsService : IService
{
    /// <inheritdoc/>
    public string Name => "notifications";

    /// <inheritdoc/>
    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddValidation();
        svc.AddOptions<NotificationsOptions>();
        svc.Services.AddSingleton(provider => Addresses(provider.GetRequiredService<IOptions<NotificationsOptions>>().Value));
        svc.Services.AddSingleton<MailGateway>().AddSingleton<SenderCache>().AddSingleton<PreparedTemplates>();
        svc.Services.AddSingleton(provider => new Judge(provider.GetRequiredService<IOptions<NotificationsOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        svc.Services.AddScoped<Senders>().AddScoped<TemplateShelf>().AddScoped<MailComposer>().AddScoped<MessageIntake>().AddScoped<Feedback>()
            .AddScoped<DeliveryLedger>().AddScoped<OutcomeLedger>().AddScoped<SendMessages>();
        svc.AddDatabase<NotificationsDb>()
            .Publishes<MessageSent>().Publishes<MessageBounced>().Publishes<MessageFailed>()
            .Publishes<MessageOpened>().Publishes<MessageClicked>().Publishes<MessageUnsubscribed>()
            .HandlesMany<EmailRequested, SendRequestedEmails>()
            .HandlesMany<LeadAssigned, AnnounceAssignments>()
            .Handles<ImportCompleted, AnnounceImports>()
            .Handles<SuppressionChanged, FollowSuppressions>()
            .Handles<ConsentChanged, FollowSuppressions>()
            .Runs<DeliverMessages, RunDeliverMessages>()
            .Runs<CancelBatch, RunCancelBatch>()
            .Runs<MailAssignments, RunMailAssignments>()
            .AddLoop<KeepDelivering>()
            .Calls<BrandsClient>("brands")
            .Calls<IdentityClient>("identity");
    }

    /// <inheritdoc/>
    public void Map(ServiceRoutes routes)
    {
        routes.Api.MapInbox();
        routes.Api.MapMessages();
        routes.Api.MapTemplates();
        routes.Api.MapPreview();
        routes.Api.MapSandbox();
        routes.Api.MapDelivery();
        routes.Api.MapTracking();
        routes.Internal.MapBatches();
        routes.Internal.MapPreviewForServices();
    }

    private static TrackingAddresses Addresses(NotificationsOptions options) =>
        new(new Uri(options.PublicUrl.TrimEnd('/') + "/api/notifications"), new TrackingTokens(Encoding.UTF8.GetBytes(options.TrackingSecret)));
}

using Tideline.Host.Demo;
using Tideline.Host.Gateway;
using Tideline.Host.Live;
using Tideline.Host.Operations;
using Tideline.Platform.Clients;
using Tideline.Platform.Hosting;
using Tideline.Platform.Telemetry;

namespace Tideline.Host;

/// <summary>One process of the platform, from its options to a running application.</summary>
internal sealed class TidelineHost : IAsyncDisposable
{
    private readonly DataSetup _data;

    private TidelineHost(WebApplication app, DataSetup data, Topology topology, TidelineOptions options) =>
        (App, _data, Topology, Options) = (app, data, topology, options);

    public WebApplication App { get; }

    public Topology Topology { get; }

    public TidelineOptions Options { get; }

    /// <summary>Prepares the databases and builds the application; nothing listens yet.</summary>
    public static async Task<TidelineHost> BuildAsync(TidelineOptions options, CancellationToken ct)
    {
        var topology = Topology.Parse(options.Target, Catalog.All);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            WebRootPath = WebRoot.Find(),
            ApplicationName = "tideline",
        });
        builder.Configuration.AddInMemoryCollection(options.Settings);
        var gateway = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        builder.WebHost.UseUrls(topology.IsGateway ? gateway.ListeningAt(options.Urls) : options.Urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.ConfigureTelemetry(topology);
        using var startLogging = LoggerFactory.Create(logging => logging.AddConfiguration(builder.Configuration.GetSection("Logging")).AddTidelineLogging(builder.Configuration));
        var data = await DataSetup.PrepareAsync(options, topology, builder.Configuration, startLogging.CreateLogger("Tideline.Start"), ct);
        try
        {
            builder.Configuration.AddInMemoryCollection(data.Made).AddInMemoryCollection(PublicAddress(options, builder.Configuration));
            var directory = Directory(topology, builder.Configuration);
            builder.AddPlatform(directory, data.Databases);
            builder.Services.AddSingleton(topology).AddSingleton(data).AddSingleton(options);
            foreach (var service in topology.Local) builder.AddService(service);
            builder.AddApiDescriptions(topology);
            if (topology.IsGateway) builder.AddGateway(directory);
            if (options.Demo) DemoWorkspace.Add(builder.Services);

            var app = builder.Build();
            app.UseClientAddress(topology);
            app.UseAccessLog();
            if (topology.IsGateway) app.UseGateway();
            else app.UseRouteReport();
            app.UsePlatform();
            foreach (var service in topology.Local) app.MapService(service);
            app.MapHealth();
            app.MapOwnSpans();
            app.MapMetrics();
            app.MapApiDescriptions(topology);
            if (topology.IsGateway) app.MapGateway(topology);
            return new TidelineHost(app, data, topology, options);
        }
        catch
        {
            await data.DisposeAsync();
            throw;
        }
    }

    /// <summary>Migrates the databases of the services hosted here.</summary>
    public Task MigrateAsync(CancellationToken ct) => App.Services.MigrateAsync(ct);

    /// <summary>Migrates, then listens.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await MigrateAsync(ct);
        await App.StartAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await _data.DisposeAsync();
    }

    // Links in messages lead to the public door. Said once as PublicUrl; on one machine it is where the process listens.
    private static Dictionary<string, string?> PublicAddress(TidelineOptions options, ConfigurationManager configuration)
    {
        var address = configuration["PublicUrl"] ?? options.Urls.Split(';')[0];
        string[] settings = ["Services:identity:ConsoleUrl", "Services:notifications:PublicUrl"];
        return settings.Where(setting => string.IsNullOrEmpty(configuration[setting])).ToDictionary(setting => setting, _ => (string?)address.TrimEnd('/'));
    }

    private static ServiceDirectory Directory(Topology topology, ConfigurationManager configuration)
    {
        var directory = new ServiceDirectory();
        foreach (var service in topology.Local) directory.Local.Add(service.Name);
        if (topology.IsGateway) directory.Local.Add(ApiDescriptions.Own);
        foreach (var service in topology.Remote)
        {
            if (configuration[$"Services:{service.Name}:Url"] is not { Length: > 0 } urls) continue;
            directory.SetRemote(service.Name, [.. urls.Split(',', StringSplitOptions.TrimEntries).Select(u => new Uri(u))]);
        }
        return directory;
    }
}

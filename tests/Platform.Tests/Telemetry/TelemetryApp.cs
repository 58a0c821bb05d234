using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Api;
using Tideline.Platform.Security;
using Tideline.Platform.Telemetry;
using Tideline.Platform.Telemetry.Logs;

namespace Tideline.Platform.Tests.Telemetry;

/// <summary>A small host with telemetry as the platform wires it, on a real socket.</summary>
internal sealed class TelemetryApp : IAsyncDisposable
{
    public static readonly Guid Tenant = Guid.NewGuid();
    public static readonly Guid User = Guid.NewGuid();

    private readonly WebApplication _app;

    private TelemetryApp(WebApplication app, LogLines log)
    {
        (_app, Log) = (app, log);
        // A client outside: without a propagator it records no spans of its own in this process.
        Client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public LogLines Log { get; }

    public RecentTraces Traces => _app.Services.GetRequiredService<RecentTraces>();

    public IServiceProvider Services => _app.Services;

    public static async Task<TelemetryApp> StartAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var log = new LogLines(new JsonLogFormatter());
        builder.Logging.ClearProviders().AddProvider(log).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddTidelineTelemetry(builder.Configuration, "tideline-test", "1.2.3");
        builder.Services.AddScoped<Caller>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemWriter>();
        var app = builder.Build();
        app.UseAccessLog();
        app.UseRequestTelemetry();
        app.UseExceptionHandler();
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContainsKey("Signed-In"))
                context.RequestServices.GetRequiredService<Caller>().UseUser(User, Tenant, Guid.NewGuid(), "owner", []);
            return next(context);
        });
        MapEndpoints(app);
        await app.StartAsync();
        return new TelemetryApp(app, log);
    }

    public async Task StopAsync() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static void MapEndpoints(WebApplication app)
    {
        app.MapMetrics();
        app.MapGet("/health/live", () => "up");
        app.MapGet("/things/{id:guid}", (Guid id) => id.ToString()).WithMetadata(new ServiceName("things"));
        app.MapGet("/links/{token}/{email}", (string token, string email) => token.Length + email.Length);
        app.MapGet("/missing/{id:int}", string (int id) => throw Problem.NotFound("thing"));
        app.MapGet("/broken", string () => throw new FormatException("canary@example.com has password=canary"));
        app.MapGet("/bytes/{count:int}", async (int count, HttpContext context) =>
        {
            await context.Response.Body.WriteAsync(new byte[count]);
            context.Response.BodyWriter.GetSpan(10);
            context.Response.BodyWriter.Advance(10);
            await context.Response.BodyWriter.FlushAsync();
        });
        app.MapPost("/leads", (ILoggerFactory loggers) =>
        {
            // What a lead goes through: published, handled elsewhere, enqueued, handed to the mail server.
            using var published = TidelineActivity.Events.StartActivity("publish lead.created", System.Diagnostics.ActivityKind.Producer);
            published?.SetTag("email", "canary@example.com");
            var envelope = published?.Id;
            published?.Stop();
            System.Diagnostics.Activity.Current = null;
            using var handled = TidelineActivity.Events.Continue("handle lead.created", System.Diagnostics.ActivityKind.Consumer, envelope);
            using var job = TidelineActivity.Jobs.Continue("run send-mail", System.Diagnostics.ActivityKind.Consumer, handled?.Id);
            using var sent = TidelineActivity.Mail.StartActivity("smtp send", System.Diagnostics.ActivityKind.Client);
            loggers.CreateLogger("Tideline.Mail").LogInformation("handed over to {Recipient}", "canary@example.com");
            return "ok";
        });
    }
}

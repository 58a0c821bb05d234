using System.Text.Json;
using System.Text.Json.Nodes;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Host.Operations;

/// <summary>OpenAPI 3.1: one document a service at <c>/openapi/{service}.json</c>, and at the gateway all of them as one.</summary>
internal static class ApiDescriptions
{
    /// <summary>The gateway's own part.</summary>
    public const string Own = "system";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void AddApiDescriptions(this WebApplicationBuilder builder, Topology topology)
    {
        builder.Services.AddSingleton<HealthReport>();
        foreach (var name in topology.Local.Select(s => s.Name).Concat(topology.IsGateway ? [Own] : []))
        {
            builder.Services.AddOpenApi(name, options =>
            {
                options.ShouldInclude = description => description.GroupName == name;
                options.AddDocumentTransformer((document, _, _) =>
                {
                    document.Info.Title = $"Tideline {name}";
                    document.Info.Version = "1";
                    document.Servers = [];
                    return Task.CompletedTask;
                });
            });
        }
        if (!topology.IsGateway) return;
        foreach (var service in topology.Local.Concat(topology.Remote)) builder.Services.AddServiceHttpClient("openapi:" + service.Name, service.Name);
        builder.Services.AddServiceHttpClient("openapi:" + Own, Own);
    }

    public static void MapApiDescriptions(this WebApplication app, Topology topology)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowsAnyone("The description of the API is public.");
        if (!topology.IsGateway) return;
        string[] names = [.. topology.Local.Concat(topology.Remote).Select(s => s.Name), Own];
        app.MapGet("/openapi.json", async (IHttpClientFactory clients, CancellationToken ct) =>
        {
            var parts = await Task.WhenAll(names.Select(async name => (name, Part: await DescribeAsync(clients, name, ct))));
            var whole = new MergedDescription();
            foreach (var (name, part) in parts)
                if (part is not null) whole.Add(name, part);
            return Results.Json(whole.Document);
        }).AllowsAnyone("The description of the API is public.").ExcludeFromDescription();
    }

    /// <summary>A reference to read and to try things in, from this process' own files. Before routing, which would take its paths for the console's.</summary>
    public static void UseApiReference(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal), docs => docs.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy =
                "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; object-src 'none'";
            return next(context);
        }));
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.DocumentTitle = "Tideline API";
            ui.SwaggerEndpoint("/openapi.json", "Tideline");
        });
    }

    // A service that is down, or in trouble, is missing from the document; the others are not.
    private static async Task<JsonObject?> DescribeAsync(IHttpClientFactory clients, string name, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        try
        {
            using var client = clients.CreateClient("openapi:" + name);
            return await client.GetFromJsonAsync<JsonObject>($"/openapi/{name}.json", deadline.Token);
        }
        catch (Exception e) when (e is HttpRequestException or InvalidOperationException or JsonException or Polly.ExecutionRejectedException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }
}

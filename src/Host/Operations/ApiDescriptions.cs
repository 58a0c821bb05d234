using System.Text.Json.Nodes;
using Tideline.Platform.Clients;
using Tideline.Platform.Security;

namespace Tideline.Host.Operations;

/// <summary>OpenAPI 3.1: one document a service at <c>/openapi/{service}.json</c>, and at the gateway all of them as one.</summary>
internal static class ApiDescriptions
{
    public static void AddApiDescriptions(this WebApplicationBuilder builder, Topology topology)
    {
        builder.Services.AddSingleton<HealthReport>();
        foreach (var service in topology.Local)
        {
            builder.Services.AddOpenApi(service.Name, options =>
            {
                options.ShouldInclude = description => description.GroupName == service.Name;
                options.AddDocumentTransformer((document, _, _) =>
                {
                    document.Info.Title = $"Tideline {service.Name}";
                    document.Info.Version = "1";
                    document.Servers = [];
                    return Task.CompletedTask;
                });
            });
            if (topology.IsGateway) builder.Services.AddServiceHttpClient("openapi:" + service.Name, service.Name);
        }
        if (!topology.IsGateway) return;
        foreach (var service in topology.Remote) builder.Services.AddServiceHttpClient("openapi:" + service.Name, service.Name);
    }

    public static void MapApiDescriptions(this WebApplication app, Topology topology)
    {
        app.MapOpenApi("/openapi/{documentName}.json").AllowsAnyone("The description of the API is public.");
        if (!topology.IsGateway) return;
        app.MapGet("/openapi.json", async (IHttpClientFactory clients, CancellationToken ct) =>
        {
            var whole = new JsonObject
            {
                ["openapi"] = "3.1.1",
                ["info"] = new JsonObject { ["title"] = "Tideline", ["version"] = "1" },
                ["paths"] = new JsonObject(),
                ["components"] = new JsonObject { ["schemas"] = new JsonObject() },
            };
            foreach (var service in topology.Local.Concat(topology.Remote))
            {
                try
                {
                    using var client = clients.CreateClient("openapi:" + service.Name);
                    var part = await client.GetFromJsonAsync<JsonObject>($"/openapi/{service.Name}.json", ct);
                    Merge(whole, part!);
                }
                catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
                {
                    // A service that is down is missing from the document; the others are not.
                }
            }
            return Results.Json(whole);
        }).AllowsAnyone("The description of the API is public.").ExcludeFromDescription();
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.DocumentTitle = "Tideline API";
            ui.SwaggerEndpoint("/openapi.json", "Tideline");
        });
    }

    private static void Merge(JsonObject whole, JsonObject part)
    {
        Move(part["paths"], whole["paths"]!);
        Move(part["components"]?["schemas"], whole["components"]!["schemas"]!);
    }

    private static void Move(JsonNode? from, JsonNode to)
    {
        if (from is not JsonObject source) return;
        foreach (var (name, value) in source.ToList())
        {
            source.Remove(name);
            to[name] = value;
        }
    }
}

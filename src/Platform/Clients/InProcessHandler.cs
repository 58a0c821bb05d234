using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Platform.Telemetry;

namespace Tideline.Platform.Clients;

/// <summary>The request pipeline of this process, for calls that need no socket.</summary>
internal sealed class InProcessPipeline
{
    public RequestDelegate? Pipeline { get; set; }
}

/// <summary>
/// Runs a call to a service of the same process through its real pipeline, in memory: same status, problems, validation and
/// authorisation as over a socket.
/// </summary>
internal sealed class InProcessHandler(InProcessPipeline pipeline, IServiceScopeFactory scopes) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var run = pipeline.Pipeline ?? throw new HttpRequestException("The process is still starting.");
        var body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(ct);
        var answer = new MemoryStream();
        var context = CreateContext(request, body, answer, ct);
        // The callee must see its own flow: its request context, not ours.
        Task running;
        using (ExecutionContext.SuppressFlow()) running = Task.Run(() => RunAsync(run, context), CancellationToken.None);
        await running.WaitAsync(ct);
        answer.Position = 0;
        return Answer(request, context, answer);
    }

    private async Task RunAsync(RequestDelegate run, DefaultHttpContext context)
    {
        using var activity = StartActivity(context);
        await using var scope = scopes.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        var response = (InProcessResponse)context.Features.Get<IHttpResponseFeature>()!;
        await run(context);
        await context.Response.CompleteAsync();
        await response.CompletedAsync();
    }

    private static Activity? StartActivity(HttpContext context)
    {
        ActivityContext.TryParse(context.Request.Headers.TraceParent, null, isRemote: true, out var parent);
        return TidelineActivity.Clients.StartActivity($"{context.Request.Method} {context.Request.Path}", ActivityKind.Server, parent)
            // Without a listener there is still to be a trace id for problems and logs.
            ?? new Activity("in-process request").SetParentId(parent.TraceId, parent.SpanId).Start();
    }

    private static DefaultHttpContext CreateContext(HttpRequestMessage message, Stream body, MemoryStream answer, CancellationToken ct)
    {
        var features = new FeatureCollection();
        var url = message.RequestUri!;
        var request = new HttpRequestFeature
        {
            Method = message.Method.Method,
            Scheme = "http",
            Protocol = "HTTP/1.1",
            Path = Uri.UnescapeDataString(url.AbsolutePath),
            QueryString = url.Query,
            Body = body,
        };
        features.Set<IHttpRequestFeature>(request);
        features.Set<IHttpResponseFeature>(new InProcessResponse());
        features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(answer));
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = ct });
        features.Set<IHttpRequestBodyDetectionFeature>(new HasBody(message.Content is not null));
        var context = new DefaultHttpContext(features);
        context.Request.Host = new HostString(url.Host);
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        foreach (var (name, values) in message.Headers) request.Headers[name] = values.ToArray();
        // A socket's client would send it by itself.
        if (request.Headers.TraceParent.Count == 0) request.Headers.TraceParent = Activity.Current?.Id;
        if (message.Content is { } content)
            foreach (var (name, values) in content.Headers) request.Headers[name] = values.ToArray();
        return context;
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpContext context, MemoryStream body)
    {
        var response = new HttpResponseMessage((HttpStatusCode)context.Response.StatusCode)
        {
            RequestMessage = request,
            Content = new StreamContent(body),
        };
        foreach (var (name, values) in context.Response.Headers)
            if (!response.Headers.TryAddWithoutValidation(name, values.ToArray()))
                response.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        return response;
    }

    private sealed record HasBody(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private sealed class HttpRequestLifetimeFeature : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
        }
    }

    /// <summary>The framework's default response feature forgets callbacks; endpoints and middleware rely on them.</summary>
    private sealed class InProcessResponse : HttpResponseFeature
    {
        private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
        private readonly Stack<(Func<object, Task> Callback, object State)> _starting = new();

        public override void OnStarting(Func<object, Task> callback, object state) => _starting.Push((callback, state));

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

        public async Task CompletedAsync()
        {
            while (_starting.TryPop(out var entry)) await entry.Callback(entry.State);
            while (_completed.TryPop(out var entry)) await entry.Callback(entry.State);
        }
    }
}

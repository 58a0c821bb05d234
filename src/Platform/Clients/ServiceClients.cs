using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Tideline.Platform.Clients;

/// <summary>HTTP clients that reach services of the platform, wherever they run.</summary>
public static class ServiceClients
{
    /// <summary>
    /// Registers the typed client of a service. Whether its calls stay in the process or cross a socket is read from the directory; the
    /// client cannot tell.
    /// </summary>
    public static void AddServiceClient<TClient>(this IServiceCollection services, string callee) where TClient : class
    {
        if (services.Any(s => s.ServiceType == typeof(TClient))) return;
        var name = "service:" + callee + ":" + typeof(TClient).Name;
        services.AddServiceHttpClient(name, callee).AddHttpMessageHandler(provider => new ServiceCallHandler(provider.GetRequiredService<ServiceTokens>()));
        services.AddTransient(provider =>
            ActivatorUtilities.CreateInstance<TClient>(provider, provider.GetRequiredService<IHttpClientFactory>().CreateClient(name)));
    }

    /// <summary>An HTTP client that reaches a service of the platform, without a service token.</summary>
    public static IHttpClientBuilder AddServiceHttpClient(this IServiceCollection services, string name, string callee) =>
        services.AddHttpClient(name, (provider, client) =>
            {
                client.BaseAddress = provider.GetRequiredService<ServiceDirectory>().BaseAddress(callee);
                client.Timeout = Timeout.InfiniteTimeSpan; // the call's own deadline rules
            })
            .ConfigurePrimaryHttpMessageHandler(provider => provider.GetRequiredService<ServiceDirectory>().Local.Contains(callee)
                ? new InProcessHandler(provider.GetRequiredService<InProcessPipeline>(), provider.GetRequiredService<IServiceScopeFactory>())
                : new ResilientHandler(Sockets()))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan);

    private static SocketsHttpHandler Sockets() => new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // notices changed DNS
        ConnectTimeout = TimeSpan.FromSeconds(2),
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
    };

    /// <summary>
    /// Repeats what is safe to repeat (reads, and anything that never reached the callee), at most twice; stops calling a service that fails
    /// again and again, and says so at once.
    /// </summary>
    private sealed class ResilientHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private static readonly ResiliencePropertyKey<HttpRequestMessage> Request = new("request");

        private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(100),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(MayRepeat(arguments)),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.5,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(2),
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is HttpRequestException
                    || arguments.Outcome.Result?.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway),
            })
            .Build();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            var context = ResilienceContextPool.Shared.Get(ct);
            context.Properties.Set(Request, request);
            try
            {
                return await _pipeline.ExecuteAsync(async c => await base.SendAsync(request, c.CancellationToken), context);
            }
            finally
            {
                ResilienceContextPool.Shared.Return(context);
            }
        }

        private static bool MayRepeat(RetryPredicateArguments<HttpResponseMessage> arguments)
        {
            var neverSent = arguments.Outcome.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
            if (neverSent) return true;
            var isRead = arguments.Context.Properties.TryGetValue(Request, out var request) && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head);
            return isRead && (arguments.Outcome.Exception is HttpRequestException
                || arguments.Outcome.Result?.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway);
        }
    }
}

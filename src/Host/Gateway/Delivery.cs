using System.Net;

namespace Tideline.Host.Gateway;

/// <summary>
/// Whether a request may have reached its service. What may have been received is not sent again, unless it changes nothing: a second
/// attempt would be a second lead, or a second payment.
/// </summary>
internal sealed class Delivery
{
    private static readonly HttpRequestOptionsKey<Delivery> Key = new("tideline.delivery");

    /// <summary>The request, or a part of it, has left for the service.</summary>
    public bool Began { get; private set; }

    /// <summary>Watches the request from here on.</summary>
    public static Delivery Of(HttpRequestMessage request)
    {
        var delivery = new Delivery();
        request.Options.Set(Key, delivery);
        return delivery;
    }

    /// <summary>Methods that change nothing (RFC 9110, 9.2.1).</summary>
    public static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>
    /// Gives every request that may change something a body, if only an empty one. The client's connections repeat by themselves what they
    /// have sent without a body on a connection that then broke, whatever its method; with a body they do not, and we see that it has left.
    /// </summary>
    public sealed class Watch(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Options.TryGetValue(Key, out var delivery) && !IsSafe(request.Method.Method) && request.Method != HttpMethod.Connect)
                request.Content = new WatchedContent(request.Content, delivery);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent? _inner;
        private readonly Delivery _delivery;

        public WatchedContent(HttpContent? inner, Delivery delivery)
        {
            (_inner, _delivery) = (inner, delivery);
            if (inner is null) return;
            foreach (var (name, values) in inner.Headers.NonValidated) Headers.TryAddWithoutValidation(name, values);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _delivery.Began = true;
            return _inner is null ? Task.CompletedTask : _inner.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return _inner is null;
        }
    }
}

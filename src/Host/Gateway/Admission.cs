using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Tideline.Platform.Api;
using Tideline.Platform.Limits;
using Tideline.Platform.Security;

namespace Tideline.Host.Gateway;

/// <summary>
/// Who is at the door, and is it not too often? Asks memory only, but for API keys that are new here. A token that we never made is refused;
/// one that has ended comes in as nobody, since whoever has it may be about to get a new one. What nobody may do, the endpoint says.
/// </summary>
internal sealed class Admission(SharedLimits limits, IOptions<LimitOptions> options, AccessTokenValidator tokens, ApiKeys keys)
{
    private readonly LimitOptions _options = options.Value;

    /// <summary>Lets the request in, or says why not. From here on the caller is known.</summary>
    public async ValueTask<Problem?> AdmitAsync(HttpContext context, Caller caller, string? service)
    {
        var tally = new Tally(limits, _options);
        var bearer = Bearer.Of(context);
        var isKey = bearer is not null && ApiKeys.IsKey(bearer);
        // Checking costs a signature or a question to identity: who makes us do that pays first, right or wrong.
        var isKnown = bearer is not null && (isKey ? keys.Remembers(bearer) : tokens.Remembers(bearer));
        if (!isKnown) tally.Take(LimitKey.Of(context.Connection.RemoteIpAddress ?? IPAddress.None));
        if (bearer is not null && tally.IsAllowed && !await IsGenuineAsync(context, caller, bearer, isKey)) return tally.Told(context, Unauthenticated());
        if (caller.ApiKeyId is { } key) tally.Take(new LimitKey("key", key));
        if (caller.UserId is not null && caller.TenantIdOrNull is { } tenant) tally.Take(new LimitKey("tenant", tenant));
        else if (isKnown) tally.Take(LimitKey.Of(context.Connection.RemoteIpAddress ?? IPAddress.None));
        if (service is not null) tally.Take(new LimitKey("service", Guid.Empty, service));
        return tally.Told(context, null);
    }

    private async ValueTask<bool> IsGenuineAsync(HttpContext context, Caller caller, string bearer, bool isKey)
    {
        try
        {
            if (isKey)
            {
                if (await keys.FindAsync(bearer, context.RequestAborted) is not { } holder) return false;
                caller.UseKey(holder);
                return true;
            }
            var (state, token) = await tokens.CheckAsync(bearer, context.RequestAborted);
            // A service's token is for other services, not for this door: its bearer is nobody here.
            if (token is { Kind: "user" }) Bearer.Adopt(context, caller, token);
            return state != TokenState.Forged;
        }
        catch (HttpRequestException)
        {
            return true; // Identity does not answer. The service may still know, and it says so if not.
        }
    }

    private static Problem Unauthenticated() => new(
        StatusCodes.Status401Unauthorized, "unauthenticated", "This access token or API key is not one of ours.", "Sign in, or send a valid one as Authorization: Bearer.");

    /// <summary>The buckets of one request: it has a token of each, or takes none.</summary>
    private struct Tally(SharedLimits limits, LimitOptions options)
    {
        private LimitKey _first, _second, _third;
        private LimitState? _tightest;
        private string? _refusedBy;
        private int _taken;

        public readonly bool IsAllowed => _refusedBy is null;

        public void Take(LimitKey key)
        {
            var rate = options.Of(key.Kind);
            if (!IsAllowed || rate.PerSecond <= 0) return;
            var state = limits.Take(key, rate);
            if (!state.IsAllowed)
            {
                (_refusedBy, _tightest) = (key.Kind, state);
                foreach (var other in (ReadOnlySpan<LimitKey>)[_first, _second, _third])
                    if (_taken-- > 0) limits.GiveBack(other);
                return;
            }
            if (_tightest is not { } tightest || (double)state.Remaining / state.Limit < (double)tightest.Remaining / tightest.Limit) _tightest = state;
            if (_taken == 0) _first = key;
            else if (_taken == 1) _second = key;
            else _third = key;
            _taken++;
        }

        /// <summary>Says in the answer how the tightest bucket stands.</summary>
        public readonly Problem? Told(HttpContext context, Problem? refusal)
        {
            if (_tightest is not { } state) return refusal;
            // Not at once: the exception handler clears the headers.
            context.Response.OnStarting(
                static boxed =>
                {
                    var (headers, state) = ((IHeaderDictionary, LimitState))boxed;
                    headers["RateLimit-Limit"] = state.Limit.ToString(CultureInfo.InvariantCulture);
                    headers["RateLimit-Remaining"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
                    headers["RateLimit-Reset"] = Seconds(state.Reset).ToString(CultureInfo.InvariantCulture);
                    return Task.CompletedTask;
                },
                (context.Response.Headers, state));
            if (_refusedBy is null) return refusal;
            var seconds = Math.Max(1, Seconds(state.Wait));
            return new Problem(StatusCodes.Status429TooManyRequests, "rate_limited", "Too many requests.", $"Try again in {seconds} s.")
            {
                Extensions = new Dictionary<string, object?> { ["retryAfter"] = seconds, ["limit"] = _refusedBy },
            };
        }

        private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);
    }
}

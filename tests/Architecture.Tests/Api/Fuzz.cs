using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Tideline.Architecture.Tests.Api;

/// <summary>Requests that nobody thought of: sound ones with something changed at random, and noise. The seed makes a run repeatable.</summary>
internal sealed class Fuzz(int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] Types = ["application/json", "application/json; charset=utf-16", "application/merge-patch+json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "a/b/c", ""];

    private static readonly string[] Odd =
    [
        "null", "true", "-0", "1e309", "1e-309", "99999999999999999999", "0.1", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\udc0b\"", "\"\u202e\"", "[]", "{}", "[[]]", "{\"\":null}", "\"9999-12-31T23:59:59.9999999+14:00\"",
        "\"0001-01-01T00:00:00-14:00\"", "\"00000000-0000-0000-0000-000000000000\"", "\"../../etc/passwd\"", "\"%00\"", "\"${jndi:ldap://x}\"", "\"{{#each .}}{{/each}}\"", "\"(a+)+$\"", "\"' or 1=1 --\"", "{\"$type\":\"System.Object\"}", "{\"__proto__\":{}}",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Sends so many; adds those that ended in a failure of ours, or not at all.</summary>
    public async Task TryAsync(HttpClient client, string method, string path, JsonNode? sample, int cases, Violations wrong)
    {
        for (var i = 0; i < cases; i++)
        {
            var (query, body, type) = (_random.Next(3) == 0 ? Query() : "", Body(sample), _random.Next(4) == 0 ? Pick(Types) : Types[0]);
            using var request = new HttpRequestMessage(new HttpMethod(method), path + query);
            if (method is not ("GET" or "HEAD"))
            {
                request.Content = new ByteArrayContent(body);
                if (type.Length > 0) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }
            var what = $"{method} {path}{query} [{type}] {Convert.ToBase64String(body.AsSpan(0, Math.Min(90, body.Length)))} (seed {seed}, case {i})";
            using var limit = new CancellationTokenSource(Patience);
            try
            {
                using var response = await client.SendAsync(request, limit.Token);
                var text = await response.Content.ReadAsStringAsync(limit.Token);
                wrong.AddUnless((int)response.StatusCode < 500, $"{what}: {(int)response.StatusCode}");
                wrong.AddUnless((int)response.StatusCode is < 400 or 404 || method == "HEAD" || IsProblem(response, text), $"{what}: {(int)response.StatusCode} is no problem document: {(text.Length > 100 ? text[..100] : text)}");
                wrong.AddUnless(!text.Contains("   at Tideline.", StringComparison.Ordinal), $"{what}: shows a stack trace");
            }
            catch (OperationCanceledException)
            {
                wrong.Add($"{what}: no answer in {Patience.TotalSeconds:0} s");
            }
        }
    }

    private static bool IsProblem(HttpResponseMessage response, string text) =>
        response.Content.Headers.ContentType is MediaTypeHeaderValue { MediaType: "application/problem+json" } && text.Contains("\"code\"", StringComparison.Ordinal) && text.Contains("\"traceId\"", StringComparison.Ordinal);

    private byte[] Body(JsonNode? sample)
    {
        if (sample is null || _random.Next(8) == 0)
        {
            var noise = new byte[_random.Next(200)];
            _random.NextBytes(noise);
            return noise;
        }
        var text = Changed(sample);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (_random.Next(5) == 0 && bytes.Length > 0) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return _random.Next(12) == 0 ? bytes[..(bytes.Length / 2)] : bytes;
    }

    /// <summary>The sample with some of its values replaced, wherever they are.</summary>
    private string Changed(JsonNode? node)
    {
        if (_random.Next(5) == 0) return _random.Next(40) == 0 ? new string('[', 3000) : Pick(Odd);
        return node switch
        {
            JsonObject o => "{" + string.Join(',', o.Where(_ => _random.Next(12) > 0).SelectMany(m => Enumerable.Repeat(m, _random.Next(30) == 0 ? 2 : 1)).Select(m => $"{JsonValue.Create(m.Key).ToJsonString()}:{Changed(m.Value)}")
                .Concat(_random.Next(15) == 0 ? [$"\"nobody\":{Pick(Odd)}"] : [])) + "}",
            JsonArray a => "[" + string.Join(',', a.SelectMany(e => Enumerable.Repeat(e, _random.Next(10) == 0 ? 50 : 1)).Select(Changed)) + "]",
            null => "null",
            _ => node.ToJsonString(),
        };
    }

    private string Query() => "?" + string.Join('&', Enumerable.Range(0, _random.Next(1, 4)).Select(_ =>
        Pick(["limit", "cursor", "q", "sort", "status", "id", "from", "to", "ownerId", "%FF", ""]) + "=" + Pick(["", "%00", "%FF%FE", "-1", "1e9", "null", "a,b,,c", "%F0%9F%90%8B", "'", new string('9', 400), _random.Next().ToString(CultureInfo.InvariantCulture)])));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}

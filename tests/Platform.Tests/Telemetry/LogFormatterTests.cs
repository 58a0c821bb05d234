using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Tideline.Platform.Clients;
using Tideline.Platform.Telemetry.Logs;

namespace Tideline.Platform.Tests.Telemetry;

public sealed class LogFormatterTests : IDisposable
{
    private readonly LogLines _lines = new(new JsonLogFormatter());
    private readonly ILogger _log;

    public LogFormatterTests() => _log = LoggerFactory.Create(b => b.AddProvider(_lines).SetMinimumLevel(LogLevel.Trace)).CreateLogger("Tideline.Tests");

    public void Dispose() => _lines.Dispose();

    private JsonElement Line()
    {
        var line = Assert.Single(_lines.Lines);
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal)); // one line and no more
        return JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement;
    }

    [Fact]
    public void An_entry_is_one_line_with_ids_and_fields()
    {
        using var activity = new Activity("test").Start();
        using (_log.BeginScope(new Dictionary<string, object?> { ["service"] = "leads", ["RequestPath"] = "/u/canary" }))
            _log.LogWarning("Lead {LeadId} took {Took} of {Parts}", Guid.Empty, 1.5, new[] { "a", "b" });
        var line = Line();
        Assert.Equal("warn", line.GetProperty("level").GetString());
        Assert.Equal("Tideline.Tests", line.GetProperty("category").GetString());
        Assert.Equal($"Lead {Guid.Empty} took 1.5 of a, b", line.GetProperty("message").GetString());
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("spanId").GetString());
        Assert.Equal("leads", line.GetProperty("service").GetString());
        Assert.Equal(Guid.Empty, line.GetProperty("leadId").GetGuid());
        Assert.Equal(1.5, line.GetProperty("took").GetDouble());
        Assert.Equal(2, line.GetProperty("parts").GetArrayLength());
        Assert.False(line.TryGetProperty("requestPath", out _));
        Assert.InRange(line.GetProperty("time").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
    }

    [Fact]
    public async Task The_service_at_work_is_named()
    {
        var tenant = Guid.NewGuid();
        await Task.Run(() =>
        {
            ServiceFlow.Enter("campaigns", tenant);
            _log.LogInformation("sent");
        }, TestContext.Current.CancellationToken);
        Assert.Equal("campaigns", Line().GetProperty("service").GetString());
        Assert.Equal(tenant, Line().GetProperty("tenant").GetGuid());
    }

    [Fact]
    public void Exceptions_are_fields()
    {
        try
        {
            throw new InvalidOperationException("outer", new FormatException("bad\nmail canary@example.com"));
        }
        catch (InvalidOperationException e)
        {
            _log.LogError(e, "failed");
        }
        var line = Line();
        Assert.Equal("System.InvalidOperationException", line.GetProperty("exception.type").GetString());
        Assert.Equal("outer", line.GetProperty("exception.message").GetString());
        Assert.Contains("FormatException", line.GetProperty("exception.stacktrace").GetString(), StringComparison.Ordinal);
        Assert.Contains(nameof(Exceptions_are_fields), line.GetProperty("exception.stacktrace").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canary", _lines.Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Forty_canaries_stay_inside()
    {
        var n = 0;
        string Canary() => $"CANARY{n++:00}";
        foreach (var name in (string[])["Password", "NewPassword", "pwd", "Secret", "ClientSecret", "Token", "AccessToken", "RefreshToken", "resetToken",
                     "Authorization", "ProxyAuthorization", "Cookie", "SetCookie", "ApiKey", "api_key", "X-Api-Key", "Credentials", "PrivateKey", "ConnectionString",
                     "TotpCode"])
            _log.Log(LogLevel.Information, default, new Dictionary<string, object?> { [name] = Canary(), ["{OriginalFormat}"] = "value {" + name + "}" }, null,
                (state, _) => "value " + state[name]);
        _log.LogInformation("to {To}", Canary() + "@example.com");
        _log.LogInformation("to {Email}", Canary() + "@example.com");
        _log.LogInformation("to {Recipients}", new List<string> { Canary() + "@example.com", "b@example.com" });
        _log.LogInformation("call {Phone}", "0046" + "7012345" + n++);
        _log.LogInformation("call {Number}", "+46" + "7012345" + n++);
        _log.LogInformation("open {Url}", new Uri($"https://example.com/?token={Canary()}&page=1"));
        _log.LogInformation("got {Request}", new Login(Canary() + "@example.com", Canary()));
        _log.LogInformation("got {Headers}", $"Authorization: Bearer {Canary()}");
        _log.LogInformation("with {Connection}", $"Host=db;Password={Canary()};Database=x");
        _log.LogInformation("body {Body}", $$"""{"password": "{{Canary()}} {{Canary()}}"}""");
        _log.LogInformation("cookie: session={A}", Canary());
        using (_log.BeginScope(new Dictionary<string, object?> { ["token"] = Canary(), ["email"] = Canary() + "@example.com" })) _log.LogInformation("in a scope");
        using (_log.BeginScope("a scope with {Secret}", Canary())) _log.LogInformation("in a scope");
        _log.LogError(new InvalidOperationException($"password={Canary()}"), "failed");
        _log.LogError(new InvalidOperationException("outer", new FormatException($"{Canary()}@example.com")), "failed");
        _log.LogInformation("tokens {Tokens}", (object)new[] { Canary(), Canary() });
        Assert.True(n >= 40, $"{n}");
        foreach (var line in _lines.Lines)
        {
            Assert.DoesNotContain("CANARY", line, StringComparison.Ordinal);
            Assert.DoesNotContain("7012345", line, StringComparison.Ordinal);
            JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
    }

    [Fact]
    public void Hostile_values_break_neither_the_line_nor_the_writer()
    {
#pragma warning disable CA1727 // Names that collide are the point.
        _log.LogInformation("{message} {Time} {Level} {time} {Broken} {Odd} {Nothing} {{literally}} {TraceId}", "a\r\nb\u2028\u001b[31m\"", 1, 2, 3, new Broken(), double.NaN, null, "x");
#pragma warning restore CA1727
        var line = Line();
        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal("a\r\nb\u2028\u001b[31m\"", line.GetProperty("message_").GetString());
        Assert.Equal("(Broken: NotSupportedException)", line.GetProperty("broken").GetString());
        Assert.Equal("NaN", line.GetProperty("odd").GetString());
        Assert.DoesNotContain('\u001b', _lines.Lines.Single());
    }

    [Fact]
    public void A_very_long_value_is_cut()
    {
        _log.LogInformation("{Body}", new string('x', 1_000_000));
        Assert.InRange(_lines.Lines.Single().Length, 30_000, 40_000);
    }

    [Fact]
    public void Text_for_people_is_short_and_cannot_steer_the_terminal()
    {
        using var lines = new LogLines(new TextLogFormatter());
        using var factory = LoggerFactory.Create(b => b.AddProvider(lines));
        factory.CreateLogger("Tideline.Platform.Hosting.Supervisor").LogError(new InvalidOperationException("why"), "bad {Value} {Password}", "\e[2Jx\ny", "canary");
        var line = lines.Lines.Single();
        Assert.Contains(" error Hosting.Supervisor bad ·[2Jx·y ***\n", line, StringComparison.Ordinal);
        Assert.Contains("    System.InvalidOperationException: why\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, TextLogFormatter.FormatterName)]
    [InlineData(null, false, JsonLogFormatter.FormatterName)]
    [InlineData("json", true, JsonLogFormatter.FormatterName)]
    [InlineData("Text", false, TextLogFormatter.FormatterName)]
    public void The_setting_wins_over_the_terminal(string? setting, bool terminal, string expected) =>
        Assert.Equal(expected, LogFormat.FormatterFor(Settings(setting), terminal));

    [Fact]
    public void A_third_format_is_refused() => Assert.Throws<InvalidOperationException>(() => LogFormat.FormatterFor(Settings("xml"), true));

    private static IConfiguration Settings(string? format) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [LogFormat.Setting] = format }).Build();

    private sealed record Login(string Email, string Password);

    private sealed class Broken
    {
        public override string ToString() => throw new NotSupportedException();
    }
}

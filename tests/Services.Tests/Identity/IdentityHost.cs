using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tideline.Identity;
using Tideline.Platform.Clients;
using Tideline.Platform.Data;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;
using Tideline.Testing;

namespace Tideline.Services.Tests.Identity;

/// <summary>Identity alone, on a real socket and a database of its own, with a clock that tests move and addresses that they choose.</summary>
public sealed class IdentityHost : IAsyncLifetime
{
    public const string LeadsSecret = "the-secret-of-leads-in-tests-0123456789";
    private WebApplication? _app;

    public MovableClock Clock { get; } = new();

    public WebApplication App => _app ?? throw new InvalidOperationException("Not started.");

    public Uri Address => new(App.Urls.First());

    internal DatabaseConnections Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await Provisioner.EnsureAsync(
            await TestCluster.AdminAsync(), TestCluster.NextPrefix(), "identity", "owner", "app", TestContext.Current.CancellationToken);
        _app = await StartAsync(Database, Clock);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is null) return;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>A process that hosts identity; several may stand on one database.</summary>
    internal static async Task<WebApplication> StartAsync(
        DatabaseConnections database, TimeProvider clock, IReadOnlyDictionary<string, string?>? settings = null,
        IService? another = null, DatabaseConnections? anothersDatabase = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Services:identity:KeyEncryptionSecret"] = "a secret of tests that is long enough to be one",
            ["Services:identity:PasswordIterations"] = "1000",
            ["Services:identity:VerifyEmailAtRegistration"] = "false",
            ["Services:leads:Secret"] = LeadsSecret,
            ["Services:campaigns:Secret"] = LeadsSecret,
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var databases = new DatabaseDirectory();
        databases.Set("identity", database);
        var prefix = new NpgsqlConnectionStringBuilder(database.Application).Database!.Replace("_identity", "", StringComparison.Ordinal);
        databases.Set("bus", await Provisioner.EnsureAsync(await TestCluster.AdminAsync(), prefix, "bus", "owner", "app", CancellationToken.None));
        var directory = new ServiceDirectory { Local = { "identity" } };
        builder.AddPlatform(directory, databases);
        builder.AddService(new IdentityService());
        if (another is not null)
        {
            databases.Set(another.Name, anothersDatabase!);
            directory.Local.Add(another.Name);
            builder.AddService(another);
        }
        builder.Services.AddSingleton(clock);
        // The bus stands still: what is published stays in the outbox, where tests look at it.
        builder.Services.RemoveAll<ILoopSource>();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Headers["Test-Address"].ToString() is { Length: > 0 } address) context.Connection.RemoteIpAddress = IPAddress.Parse(address);
            return next(context);
        });
        app.UsePlatform();
        app.MapService(new IdentityService());
        if (another is not null) app.MapService(another);
        await app.Services.MigrateAsync(CancellationToken.None);
        await app.StartAsync();
        return app;
    }

    /// <summary>A client at an address of its own; without cookies, so that tests see and send them themselves.</summary>
    public IdentityClientUnderTest Client(string? address = null, string userAgent = "tests/1") => new(Address, address ?? NextAddress(), userAgent);

    /// <summary>A new account with its own workspace, signed in.</summary>
    public async Task<Account> RegisterAsync(string? address = null)
    {
        var client = Client(address);
        var unique = Guid.NewGuid().ToString("n")[..12];
        var account = new Account(client, $"anna-{unique}@example.com", "three quiet boats " + unique);
        account.Session = await client.PostAsync("/api/identity/register", new
        {
            email = account.Email,
            password = account.Password,
            name = "Anna Owner",
            tenantName = "Workspace " + unique,
        });
        return account;
    }

    /// <summary>One number from the database, seen by its owner role with row-level security open.</summary>
    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        var admin = new NpgsqlConnectionStringBuilder(await TestCluster.AdminAsync())
        {
            Database = new NpgsqlConnectionStringBuilder(Database.Owner).Database,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(admin.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static int _address;

    public static string NextAddress()
    {
        var n = Interlocked.Increment(ref _address);
        return $"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}";
    }
}

/// <summary>A person in a test.</summary>
public sealed class Account(IdentityClientUnderTest client, string email, string password)
{
    public IdentityClientUnderTest Client => client;
    public string Email => email;
    public string Password => password;
    public JsonNode Session { get; set; } = null!;
    public string Token => Session["accessToken"]!.GetValue<string>();
    public string RefreshToken => Session["refreshToken"]!.GetValue<string>();
    public Guid UserId => Session["user"]!["id"]!.GetValue<Guid>();
    public Guid TenantId => Session["tenant"]!["id"]!.GetValue<Guid>();

    public Task<JsonNode> GetAsync(string path) => client.ReadAsync(HttpMethod.Get, path, null, Token);
    public Task<JsonNode> PostAsync(string path, object body) => client.ReadAsync(HttpMethod.Post, path, body, Token);
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null) => client.SendAsync(method, path, body, Token);
}

/// <summary>Plain HTTP, one address and one program.</summary>
public sealed class IdentityClientUnderTest(Uri server, string address, string userAgent)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false });

    public Task<JsonNode> PostAsync(string path, object body) => ReadAsync(HttpMethod.Post, path, body, null);

    public async Task<JsonNode> ReadAsync(HttpMethod method, string path, object? body, string? token)
    {
        using var response = await SendAsync(method, path, body, token);
        return await ApiClient.ReadAsync(response);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path));
        if (body is not null) request.Content = body as HttpContent ?? JsonContent.Create(body, body.GetType());
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Test-Address", address);
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }
}

/// <summary>A clock that stands still until a test moves it; timers run by the real one.</summary>
public sealed class MovableClock : TimeProvider
{
    private long _ticks = DateTimeOffset.UtcNow.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Move(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tideline.Notifications.Email;
using static Tideline.Services.Tests.Notifications.Email.SmtpFixture;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>Getting to the point where a relay takes messages: TCP, TLS, EHLO, AUTH, and the pool of connections.</summary>
public class SmtpConnectTests
{
    private const string OffersTls = "250-test\r\n250-PIPELINING\r\n250 STARTTLS";
    private const string OffersAuth = "250-test\r\n250-PIPELINING\r\n250 AUTH LOGIN PLAIN";

    private static readonly X509Certificate2 Certificate = MakeCertificate();

    [Fact]
    public async Task Nobody_listening_is_a_reason_to_try_later_for_the_whole_batch()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var outcomes = await SendAsync(Options(port) with { MaxConnections = 3 }, Mails(50));
        Assert.All(outcomes, o =>
        {
            var retry = Assert.IsType<SmtpOutcome.Retry>(o);
            Assert.Equal(SmtpPhase.Connect, retry.Phase);
            Assert.True(retry.IsRelayFault);
        });
    }

    [Theory]
    [InlineData("554 5.7.1 go away", SmtpPhase.Greeting, 554)]
    [InlineData("421 4.3.2 busy", SmtpPhase.Greeting, 421)]
    [InlineData("SSH-2.0-OpenSSH_9.2", SmtpPhase.Greeting, null)]
    public async Task A_server_that_does_not_want_us_is_a_fault_of_the_relay_not_of_the_message(string greeting, object phase, int? code)
    {
        await using var server = new ScriptedSmtpServer(async talk => { await talk.SayAsync(greeting); await talk.SilenceAsync(); });
        var retry = Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(Options(server.Port)));
        Assert.Equal((phase, code), (retry.Phase, retry.Reply?.Code));
        Assert.True(retry.IsRelayFault);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_not_waited_for_for_ever()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.SilenceAsync());
        var retry = Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(Options(server.Port) with { CommandTimeout = TimeSpan.FromMilliseconds(100) }));
        Assert.Equal(SmtpPhase.Greeting, retry.Phase);
    }

    [Fact]
    public async Task A_server_without_ehlo_is_greeted_in_the_old_way()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => line.StartsWith("EHLO", StringComparison.Ordinal) ? "502 what" : null));
        Assert.IsType<SmtpOutcome.Sent>(await SendOneAsync(Options(server.Port)));
    }

    [Theory]
    [InlineData(SmtpSecurity.StartTls)]
    [InlineData(SmtpSecurity.StartTlsIfOffered)]
    [InlineData(SmtpSecurity.Implicit)]
    internal async Task Messages_travel_encrypted(SmtpSecurity security)
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            if (security != SmtpSecurity.Implicit) await TlsPreludeAsync(talk);
            await EncryptAsync(talk);
            if (security == SmtpSecurity.Implicit) await talk.ServeAsync();
            else await ServeWithoutGreetingAsync(talk);
        });
        var outcomes = await SendAsync(Options(server.Port) with { Security = security, CertificateValidation = Pinned }, Mails(20));
        Assert.All(outcomes, o => Assert.IsType<SmtpOutcome.Sent>(o));
        Assert.Equal(20, server.Taken.Count);
    }

    [Fact]
    public async Task A_broken_encrypted_connection_leaves_a_handed_over_message_unknown()
    {
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await EncryptAsync(talk);
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync("250-test\r\n250 PIPELINING");
            for (var i = 0; i < 3; i++) await talk.LineAsync();
            await talk.SayAsync("250 ok\r\n250 ok\r\n354 go on");
            await talk.MessageAsync();
            talk.Reset();
        });
        Assert.IsType<SmtpOutcome.Unknown>(await SendOneAsync(Options(server.Port) with { Security = SmtpSecurity.Implicit, CertificateValidation = Pinned }));
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_refused()
    {
        await using var server = new ScriptedSmtpServer(async talk => { await TlsPreludeAsync(talk); await EncryptAsync(talk); await talk.SilenceAsync(); });
        var retry = Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(Options(server.Port) with { Security = SmtpSecurity.StartTls }));
        Assert.Equal(SmtpPhase.StartTls, retry.Phase);
    }

    [Fact]
    public async Task Without_the_offer_of_starttls_nothing_is_sent()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync());
        var retry = Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(Options(server.Port) with { Security = SmtpSecurity.StartTls }));
        Assert.Equal(SmtpPhase.StartTls, retry.Phase);
        Assert.Empty(server.Taken);
    }

    [Fact]
    public async Task Answers_injected_before_the_encryption_are_not_believed()
    {
        var told = new ConcurrentQueue<string>();
        await using var server = new ScriptedSmtpServer(async talk =>
        {
            await talk.SayAsync("220 hi");
            await talk.LineAsync();
            await talk.SayAsync(OffersTls);
            await talk.LineAsync();
            await talk.SayAsync("220 go\r\n250-test\r\n250 AUTH PLAIN\r\n235 welcome");
            await talk.SilenceAsync();
        });
        var retry = Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(Options(server.Port) with
        {
            Security = SmtpSecurity.StartTls,
            CertificateValidation = Pinned,
            Username = "u",
            Password = "secret",
        }));
        Assert.Equal(SmtpPhase.StartTls, retry.Phase);
        Assert.Contains("injected", retry.Reason, StringComparison.Ordinal);
        Assert.Empty(told);
    }

    [Theory]
    [InlineData(OffersAuth, "AUTH PLAIN AHXDpHIAcOTkLXc=")]
    [InlineData("250-test\r\n250 AUTH LOGIN", "AUTH LOGIN")]
    [InlineData("250-test\r\n250 AUTH=LOGIN", "AUTH LOGIN")]
    public async Task The_account_is_named_by_what_the_server_offers(string ehlo, string command)
    {
        var lines = new ConcurrentQueue<string>();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line =>
        {
            lines.Enqueue(line);
            return line switch
            {
                "AUTH LOGIN" or "dcOkcg==" => "334 go on",
                "cMOkc3M=" => "235 welcome",
                _ => line.StartsWith("AUTH PLAIN", StringComparison.Ordinal) ? "235 welcome" : null,
            };
        }, ehlo));
        var outcome = await SendOneAsync(Options(server.Port) with { Username = "uär", Password = "päss", AllowPlainPassword = true });
        Assert.IsType<SmtpOutcome.Sent>(outcome);
        if (command == "AUTH LOGIN") Assert.Contains(command, lines);
        else Assert.Contains($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes("\0uär\0päss"))}", lines);
    }

    [Fact]
    public async Task A_wrong_password_is_the_accounts_fault_and_is_not_repeated_for_each_message()
    {
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(
            line => line.StartsWith("AUTH", StringComparison.Ordinal) ? "535 5.7.8 bad credentials" : null, OffersAuth));
        var outcomes = await SendAsync(Options(server.Port) with { Username = "u", Password = "wrong", AllowPlainPassword = true }, Mails(20));
        Assert.All(outcomes, o =>
        {
            var retry = Assert.IsType<SmtpOutcome.Retry>(o);
            Assert.Equal((SmtpPhase.Auth, 535), (retry.Phase, retry.Reply!.Code));
            Assert.DoesNotContain("wrong", retry.ToString(), StringComparison.Ordinal);
        });
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_password_does_not_leave_unencrypted()
    {
        var lines = new ConcurrentQueue<string>();
        await using var server = new ScriptedSmtpServer(talk => talk.ServeAsync(line => { lines.Enqueue(line); return null; }, OffersAuth));
        var options = Options(server.Port) with { Username = "u", Password = "secret" };
        Assert.Equal(SmtpPhase.Auth, Assert.IsType<SmtpOutcome.Retry>(await SendOneAsync(options)).Phase);
        Assert.DoesNotContain(lines, l => l.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
    }

    private static async Task TlsPreludeAsync(ScriptedSmtpServer.Talk talk)
    {
        await talk.SayAsync("220 hi");
        await talk.LineAsync();
        await talk.SayAsync(OffersTls);
        await talk.LineAsync();
        await talk.SayAsync("220 go");
    }

    private static async Task ServeWithoutGreetingAsync(ScriptedSmtpServer.Talk talk)
    {
        Assert.StartsWith("EHLO", await talk.LineAsync(), StringComparison.Ordinal);   // RFC 3207 4.2: what was known is forgotten
        await talk.ServeAsync(line => line.Length == 0 ? "250-test\r\n250 PIPELINING" : null);
    }

    private static async Task EncryptAsync(ScriptedSmtpServer.Talk talk)
    {
        var tls = new SslStream(talk.Stream);
        try { await tls.AuthenticateAsServerAsync(Certificate); }
        catch (System.Security.Authentication.AuthenticationException e) { throw new IOException("The client refused.", e); }
        talk.Stream = tls;
    }

    private static bool Pinned(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate?.GetCertHashString() == Certificate.GetCertHashString();

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

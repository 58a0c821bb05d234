using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Tideline.Notifications.Email;

/// <summary>A connection could not be brought to the point where it takes messages.</summary>
internal sealed class SmtpConnectException(SmtpPhase phase, SmtpReply? reply, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public SmtpPhase Phase => phase;

    public SmtpReply? Reply => reply;
}

/// <summary>From nothing to a connection that is ready for mail: TCP, TLS, EHLO, AUTH.</summary>
internal sealed class SmtpHandshake(SmtpOptions options, Deadline deadline)
{
    private SmtpPhase _phase = SmtpPhase.Connect;

    public async Task<SmtpConnection> OpenAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        SmtpReplyReader? reader = null;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, deadline.Start(options.ConnectTimeout)).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: false);
            var encrypted = options.Security == SmtpSecurity.Implicit;
            if (encrypted)
            {
                _phase = SmtpPhase.StartTls;
                stream = await EncryptAsync(stream).ConfigureAwait(false);
            }
            reader = new SmtpReplyReader(stream);
            await ExpectAsync(reader, SmtpPhase.Greeting, 220).ConfigureAwait(false);
            var capabilities = await HelloAsync(stream, reader).ConfigureAwait(false);

            if (options.Security is SmtpSecurity.StartTls or SmtpSecurity.StartTlsIfOffered)
            {
                if (capabilities.StartTls)
                {
                    await CommandAsync(stream, reader, SmtpPhase.StartTls, "STARTTLS", 220).ConfigureAwait(false);
                    // Whatever came along with the answer was written by someone before the encryption began, and would
                    // otherwise be read as if it had come through it.
                    if (reader.HasLeftover) throw Fail(null, "The server sent plain text after agreeing to TLS; it may have been injected.");
                    reader.Dispose();
                    stream = await EncryptAsync(stream).ConfigureAwait(false);
                    reader = new SmtpReplyReader(stream);
                    encrypted = true;
                    capabilities = await HelloAsync(stream, reader).ConfigureAwait(false);
                }
                else if (options.Security == SmtpSecurity.StartTls)
                {
                    _phase = SmtpPhase.StartTls;
                    throw Fail(null, "The server does not offer STARTTLS, and the account asks for it.");
                }
            }
            if (options.Username is { Length: > 0 } user) await LogInAsync(stream, reader, capabilities, encrypted, user).ConfigureAwait(false);
            return new SmtpConnection(options, socket, stream, reader, capabilities, encrypted);
        }
        catch (Exception e)
        {
            reader?.Dispose();
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw e switch
            {
                SmtpConnectException => e,
                OperationCanceledException => Fail(null, $"The server did not answer in time ({_phase}).", e),
                AuthenticationException => Fail(null, $"The encrypted connection was refused: {e.Message}", e),
                _ => Fail(null, e.Message, e),
            };
        }
    }

    private async Task<SslStream> EncryptAsync(Stream plain)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                RemoteCertificateValidationCallback = options.CertificateValidation,
            }, deadline.Start(options.ConnectTimeout)).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<SmtpCapabilities> HelloAsync(Stream stream, SmtpReplyReader reader)
    {
        _phase = SmtpPhase.Ehlo;
        await WriteAsync(stream, $"EHLO {options.ClientName}").ConfigureAwait(false);
        var lines = new List<string>();
        var reply = await reader.ReadAsync(lines, deadline.Start(options.CommandTimeout)).ConfigureAwait(false);
        if (reply.IsPositive) return SmtpCapabilities.Parse(lines.Skip(1));
        // A server of before 1995, or one that is told to look like it.
        if (reply.Code is not (500 or 502)) throw Fail(reply, "The server refused the greeting.");
        await CommandAsync(stream, reader, SmtpPhase.Ehlo, $"HELO {options.ClientName}", 250).ConfigureAwait(false);
        return SmtpCapabilities.None;
    }

    private async Task LogInAsync(Stream stream, SmtpReplyReader reader, SmtpCapabilities capabilities, bool encrypted, string user)
    {
        _phase = SmtpPhase.Auth;
        if (!encrypted && !options.AllowPlainPassword) throw Fail(null, "The password is not sent over an unencrypted connection.");
        var password = options.Password ?? "";
        if (capabilities.AuthPlain)
        {
            await CommandAsync(stream, reader, SmtpPhase.Auth, $"AUTH PLAIN {Base64($"\0{user}\0{password}")}", 235).ConfigureAwait(false);
        }
        else if (capabilities.AuthLogin)
        {
            await CommandAsync(stream, reader, SmtpPhase.Auth, "AUTH LOGIN", 334).ConfigureAwait(false);
            await CommandAsync(stream, reader, SmtpPhase.Auth, Base64(user), 334).ConfigureAwait(false);
            await CommandAsync(stream, reader, SmtpPhase.Auth, Base64(password), 235).ConfigureAwait(false);
        }
        else
        {
            throw Fail(null, "The server offers neither AUTH PLAIN nor AUTH LOGIN.");
        }

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    private async Task CommandAsync(Stream stream, SmtpReplyReader reader, SmtpPhase phase, string command, int expected)
    {
        _phase = phase;
        await WriteAsync(stream, command).ConfigureAwait(false);
        await ExpectAsync(reader, phase, expected).ConfigureAwait(false);
    }

    private async Task ExpectAsync(SmtpReplyReader reader, SmtpPhase phase, int expected)
    {
        _phase = phase;
        var reply = await reader.ReadAsync(deadline.Start(options.CommandTimeout)).ConfigureAwait(false);
        if (reply.Code != expected) throw Fail(reply, $"The server refused ({phase}).");
    }

    private async Task WriteAsync(Stream stream, string command) =>
        await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), deadline.Start(options.CommandTimeout)).ConfigureAwait(false);

    private SmtpConnectException Fail(SmtpReply? reply, string message, Exception? inner = null) => new(_phase, reply, message, inner);
}

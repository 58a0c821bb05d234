using System.Diagnostics;
using System.Text.Json;

namespace Tideline.Services.Tests.Notifications.Email;

/// <summary>Reads messages with Python's email package: a parser that shares nothing with our writer.</summary>
internal sealed record ParsedMail
{
    public required string[] HeaderNames { get; init; }
    public required Dictionary<string, string> Headers { get; init; }
    public required string? Text { get; init; }
    public required string? Html { get; init; }
    public required string[] Defects { get; init; }
    public required string FromName { get; init; }
    public required string FromAddress { get; init; }
    public required string ToAddress { get; init; }
}

internal static class PythonMail
{
    private const string Script = """
        import sys, json, base64, email, email.policy, email.utils, email.header, re
        out = []
        for line in sys.stdin:
            raw = base64.b64decode(line)
            m = email.message_from_bytes(raw, policy=email.policy.SMTP)
            old = email.message_from_bytes(raw)
            def part(kind):
                for p in m.walk():
                    if p.get_content_type() == kind: return p.get_content().replace("\r\n", "\n")
            def mailbox(name):
                # Split first, decode second, with the older functions: the newer ones keep the blank between adjacent
                # encoded-words of a phrase (a fault of Python 3.11).
                unfolded = re.sub(r"\r?\n(?=[ \t])", "", old[name])
                shown, address = email.utils.parseaddr(unfolded)
                return (str(email.header.make_header(email.header.decode_header(shown))), address)
            out.append(dict(HeaderNames=[k for k in m.keys()], Headers={k: str(v) for k, v in m.items()}, Text=part("text/plain"), Html=part("text/html"),
                Defects=[repr(d) for p in m.walk() for d in p.defects] + [repr(d) for k, v in m.items() for d in getattr(v, "defects", [])],
                FromName=mailbox("From")[0], FromAddress=mailbox("From")[1], ToAddress=mailbox("To")[1]))
        print(json.dumps(out))
        """;

    public static async Task<ParsedMail> ParseAsync(byte[] message) => (await ParseAllAsync([message]))[0];

    public static async Task<ParsedMail[]> ParseAllAsync(IEnumerable<byte[]> messages)
    {
        var output = await RunAsync(Script, messages.Select(Convert.ToBase64String));
        return JsonSerializer.Deserialize<ParsedMail[]>(output)!;
    }

    public static async Task<string> RunAsync(string script, IEnumerable<string> lines)
    {
        using var process = Start(script);
        Assert.SkipWhen(process is null, "python3 is not installed: the messages cannot be read by an independent parser.");
        var errors = process!.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        foreach (var line in lines) await process.StandardInput.WriteLineAsync(line);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }

    private static Process? Start(string script)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-c", script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

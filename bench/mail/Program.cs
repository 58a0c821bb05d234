using System.Diagnostics;
using Tideline.Bench.Mail;
using Tideline.Notifications.Email;

// Renders, builds and sends personalised messages to a sink; prints one JSON line.
// --port=N --n=20000 --conns=10 --warm=2000 --tracked --render (no sending)
var options = args.Select(a => a.TrimStart('-').Split('=', 2)).ToDictionary(a => a[0], a => a.Length > 1 ? a[1] : "1");
var count = Option("n", 20_000);
using var campaign = new Campaign(tracked: options.ContainsKey("tracked"));
await using var transport = new SmtpTransport(new SmtpOptions
{
    Host = "127.0.0.1",
    Port = Option("port", 2525),
    Security = SmtpSecurity.None,
    MaxConnections = Option("conns", 10),
    MaxMessagesPerConnection = int.MaxValue,
}, TimeProvider.System);
var rendersOnly = options.ContainsKey("render");

await RunAsync(Option("warm", 2000));
var process = Process.GetCurrentProcess();
var cpu = process.TotalProcessorTime;
var watch = Stopwatch.StartNew();
var (sent, bytes) = await RunAsync(count);
watch.Stop();
process.Refresh();
var perMessage = (process.TotalProcessorTime - cpu).TotalMicroseconds / count;
Console.WriteLine(FormattableString.Invariant(
    $$"""{"who":"tideline{{(options.ContainsKey("tracked") ? " tracked" : "")}}{{(rendersOnly ? " build only" : "")}}","conns":{{transport.Options.MaxConnections}},"n":{{count}},"per_s":{{sent / watch.Elapsed.TotalSeconds:F0}},"client_cpu_us":{{perMessage:F1}},"bytes":{{bytes / count}},"errors":{{count - sent}},"peak_mb":{{process.PeakWorkingSet64 >> 20}}}"""));
return sent == count ? 0 : 1;

int Option(string name, int otherwise) => options.TryGetValue(name, out var value) ? int.Parse(value) : otherwise;

async Task<(int Sent, long Bytes)> RunAsync(int messages)
{
    // Two batches take turns: one is built while the other is sent.
    const int size = 500;
    var batches = new[] { new Batch(size), new Batch(size) };
    var (sent, bytes) = (0, 0L);
    Task<IReadOnlyList<SmtpOutcome>>? sending = null;
    for (var from = 0; from < messages; from += size)
    {
        var mails = batches[from / size % 2].Build(campaign, from, Math.Min(size, messages - from));
        bytes += mails.Sum(m => (long)m.Content.Length);
        if (rendersOnly) { sent += mails.Length; continue; }
        if (sending is not null) sent += (await sending).Count(o => o is SmtpOutcome.Sent);
        sending = transport.SendAsync(mails, CancellationToken.None);
    }
    if (sending is not null) sent += (await sending).Count(o => o is SmtpOutcome.Sent);
    foreach (var batch in batches) batch.Dispose();
    return (sent, bytes);
}

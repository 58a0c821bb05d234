using System.CommandLine;
using Tideline.Host.Demo;

namespace Tideline.Host.Commands;

/// <summary><c>tideline serve</c>: runs the services of the target until told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--target") { Description = "What this process hosts: all, gateway, or names of services, comma-separated.", DefaultValueFactory = _ => Topology.AllTarget };
        var urls = new Option<string>("--urls") { Description = "Where to listen. Loopback unless said otherwise.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var data = new Option<string>("--data") { Description = "Folder of the embedded database and of the secrets.", DefaultValueFactory = _ => "data" };
        var demo = new Option<bool>("--demo") { Description = "Make a demo workspace and print how to sign in." };
        var command = new Command("serve", "Run the platform, or a part of it.") { target, urls, data, demo };
        command.SetAction((parsed, ct) => RunAsync(new TidelineOptions
        {
            Target = parsed.GetValue(target)!,
            Urls = parsed.GetValue(urls)!,
            DataFolder = Path.GetFullPath(parsed.GetValue(data)!),
            Demo = parsed.GetValue(demo),
        }, ct));
        return command;
    }

    private static async Task TellDemoAsync(TidelineHost host, CancellationToken ct)
    {
        try
        {
            var (email, password) = await DemoWorkspace.EnsureAsync(host, ct);
            Console.WriteLine($"""

                  Sign in to the demo workspace:  {email}
                                       password:  {password}
                  Nothing that it sends leaves this machine: see Sandbox in the console. Ctrl-C stops.

                """);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException)
        {
            Console.WriteLine($"The demo workspace is not complete: {e.Message}");
        }
    }

    private static async Task<int> RunAsync(TidelineOptions options, CancellationToken ct)
    {
        await using var host = await TidelineHost.BuildAsync(options, ct);
        await host.StartAsync(ct);
        Console.WriteLine(options.Target == Topology.AllTarget
            ? $"\nTideline is ready: {host.App.Urls.First()}"
            : $"Tideline ({options.Target}) listens on {string.Join(", ", host.App.Urls)}");
        if (options.Demo) await TellDemoAsync(host, ct);
        await host.App.WaitForShutdownAsync(ct);
        return 0;
    }
}

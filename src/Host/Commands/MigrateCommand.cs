using System.CommandLine;

namespace Tideline.Host.Commands;

/// <summary><c>tideline migrate</c>: brings the databases up to date and ends; for deployments that do it before they start.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var target = new Option<string>("--target") { Description = "Services whose databases to migrate.", DefaultValueFactory = _ => Topology.AllTarget };
        var data = new Option<string>("--data") { Description = "Folder of the embedded database and of the secrets.", DefaultValueFactory = _ => "data" };
        var command = new Command("migrate", "Bring the databases up to date.") { target, data };
        command.SetAction(async (parsed, ct) =>
        {
            var options = new TidelineOptions { Target = parsed.GetValue(target)!, DataFolder = Path.GetFullPath(parsed.GetValue(data)!), Urls = "http://127.0.0.1:0" };
            await using var host = await TidelineHost.BuildAsync(options, ct);
            await host.MigrateAsync(ct);
            Console.WriteLine("The databases are up to date.");
            return 0;
        });
        return command;
    }
}

using System.CommandLine;

namespace Tideline.Host.Commands;

/// <summary><c>tideline services</c>: the targets there are.</summary>
internal static class ServicesCommand
{
    public static Command Create()
    {
        var command = new Command("services", "List the services that this binary holds.");
        command.SetAction(_ =>
        {
            foreach (var name in Topology.Targets(Catalog.All)) Console.WriteLine(name);
        });
        return command;
    }
}

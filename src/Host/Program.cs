using System.CommandLine;
using Tideline.Host;
using Tideline.Host.Commands;

var root = new RootCommand("Tideline: leads, routing, campaigns and conversations in one self-hosted platform.")
{
    ServeCommand.Create(),
    ServicesCommand.Create(),
    MigrateCommand.Create(),
    NewServiceCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is UsageException or Tideline.Platform.EmbeddedPostgres.EmbeddedPostgresException)
{
    await Console.Error.WriteLineAsync("tideline: " + e.Message);
    return 2;
}

using System.CommandLine;

namespace Tideline.Host.Commands;

/// <summary><c>tideline new-service Loyalty</c>: a service that builds, starts and passes its tests, to go on from.</summary>
internal static class NewServiceCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "Name of the service: one word that begins with a capital, as Loyalty." };
        var entity = new Option<string?>("--entity") { Description = "The first thing that it owns, in the singular, as LoyaltyPoint. The name with Item when absent." };
        var command = new Command("new-service", "Make a new service in this checkout: database, endpoints, event, tests and page.") { name, entity };
        command.SetAction(parsed =>
        {
            var names = ServiceNames.Of(parsed.GetValue(name)!, parsed.GetValue(entity));
            foreach (var path in ServiceTemplate.Around(Directory.GetCurrentDirectory()).Make(names)) Console.WriteLine("  " + path);
            Console.WriteLine(names.Fill("""

                The service __service__ is there. Go on with:
                  UPDATE_DOCS=1 ./test Documents    enters its event in docs/events.md
                  ./test __Service__                runs its tests
                  ./run                             starts it with the others: /api/__service__/__path__
                """));
        });
        return command;
    }
}

using System.Reflection;
using System.Text.RegularExpressions;
using Tideline.Contracts;
using Tideline.Platform.Events;

namespace Tideline.Architecture.Tests.Code;

/// <summary>Events and jobs: what is written today is read by the release after next.</summary>
public sealed partial class EventTests(ArchitectureFixture fixture)
{
    [Fact]
    public void Every_event_has_a_name_of_its_own_and_is_a_fact()
    {
        var wrong = new Violations();
        var types = EventTypesOf(Assemblies.Contracts).ToList();
        foreach (var type in types)
        {
            wrong.AddUnless(EventName().IsMatch(EventTypes.Of(type).Name), $"{type.Name}: '{EventTypes.Of(type).Name}' is not noun.verb");
            wrong.AddUnless(type is { IsSealed: true, IsPublic: true }, $"{type.Name} must be public and sealed");
        }
        foreach (var twice in types.GroupBy(t => EventTypes.Of(t).Name).Where(g => g.Count() > 1)) wrong.Add($"{twice.Key} is the name of {twice.Count()} events");
        foreach (var elsewhere in Assemblies.All.Where(a => a != Assemblies.Contracts).SelectMany(EventTypesOf)) wrong.Add($"{elsewhere.FullName} is an event outside of the contracts");
        wrong.AssertNone("Events:");
    }

    [Fact]
    public void Every_event_that_somebody_waits_for_is_published_by_somebody()
    {
        // Plain SMTP tells neither of delivery nor of complaints; providers with webhooks do, and there is none yet.
        string[] withoutPublisher = ["message.delivered", "message.complained"];
        // job.requested is written by every service that enqueues, through the platform.
        var published = fixture.Registrations.SelectMany(r => r.Publishes).Append(typeof(Contracts.Worker.JobRequested)).ToHashSet();
        var wrong = new Violations();
        foreach (var subscription in fixture.Registrations.SelectMany(r => r.Subscriptions))
            wrong.AddUnless(published.Contains(subscription.Event) || IsComing(subscription.Event) || withoutPublisher.Contains(EventTypes.Of(subscription.Event).Name), $"{subscription.Name} waits for {EventTypes.Of(subscription.Event).Name}");
        wrong.AssertNone("Nobody publishes what these wait for:");
    }

    /// <summary>A second publisher of the same fact would need to agree with the first one on order and meaning.</summary>
    [Fact]
    public void Every_event_has_one_owner()
    {
        var wrong = new Violations();
        foreach (var many in fixture.Registrations.SelectMany(r => r.Publishes.Select(e => (Event: e, r.Name))).GroupBy(p => p.Event).Where(g => g.Count() > 1))
            wrong.AddUnless(IsRequest(many.Key), $"{EventTypes.Of(many.Key).Name} is published by {string.Join(" and ", many.Select(p => p.Name))}");
        wrong.AssertNone("One fact, one owner:");
    }

    [Fact]
    public void A_service_publishes_only_what_it_declares()
    {
        var wrong = new Violations();
        foreach (var registration in fixture.Registrations)
        {
            // Whoever has a database may enqueue; that needs no declaration.
            var declared = registration.Publishes.Append(typeof(Contracts.Worker.JobRequested)).Select(e => e.Name).ToHashSet();
            var folder = "src/Services/" + char.ToUpperInvariant(registration.Name[0]) + registration.Name[1..];
            foreach (var file in Repository.Files(folder, "*.cs"))
                foreach (Match made in NewEvent().Matches(Repository.Read(file)))
                    if (EventTypes.All.Values.Any(t => t.Name == made.Groups["type"].Value))
                        wrong.AddUnless(declared.Contains(made.Groups["type"].Value), $"{file} makes {made.Groups["type"].Value}, which {registration.Name} does not declare");
        }
        wrong.AssertNone("Declare it with Publishes<T>():");
    }

    [Fact]
    public void Jobs_are_named_after_the_service_that_runs_them()
    {
        var wrong = new Violations();
        foreach (var (service, job) in fixture.Registrations.SelectMany(r => r.Jobs.Select(j => (r.Name, j.Job))))
        {
            var name = job.GetCustomAttribute<JobAttribute>()?.Name;
            wrong.AddUnless(name is not null && JobName().IsMatch(name) && name.StartsWith(service + ".", StringComparison.Ordinal), $"{job.FullName}: '{name}'");
        }
        foreach (var twice in fixture.Registrations.SelectMany(r => r.Jobs).GroupBy(j => j.Job).Where(g => g.Count() > 1)) wrong.Add($"{twice.Key.Name} is run by {twice.Count()} handlers");
        wrong.AssertNone("Job names are service.deed:");
    }

    [Fact]
    public void Handlers_of_two_services_never_share_a_delivery()
    {
        var wrong = new Violations();
        foreach (var twice in fixture.Registrations.SelectMany(r => r.Subscriptions).GroupBy(s => (s.Name, s.Event)).Where(g => g.Count() > 1))
            wrong.Add($"{twice.Key.Name} handles {twice.Key.Event.Name} {twice.Count()} times");
        wrong.AssertNone("A delivery is (event, subscriber):");
    }

    [Theory]
    [InlineData("lead.created", true)]
    [InlineData("lead.stage_changed", true)]
    [InlineData("LeadCreated", false)]
    [InlineData("lead", false)]
    [InlineData("lead.Created", false)]
    [InlineData("lead..created", false)]
    public void A_bad_name_is_seen(string name, bool isFine) => Assert.Equal(isFine, EventName().IsMatch(name));

    private static IEnumerable<Type> EventTypesOf(Assembly assembly) =>
        assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IEvent).IsAssignableFrom(t));

    /// <summary>Requests are addressed to their owner and may come from anybody.</summary>
    private static bool IsRequest(Type type) => EventTypes.Of(type).Name.EndsWith(".requested", StringComparison.Ordinal) || EventTypes.Of(type).Name == "schedule.cancelled";

    /// <summary>The owner's folder in the contracts is there and its service is not in the catalogue: it will publish when it comes.</summary>
    private static bool IsComing(Type type) =>
        !Host.Catalog.All.Any(s => type.Namespace!.EndsWith("." + char.ToUpperInvariant(s.Name[0]) + s.Name[1..], StringComparison.Ordinal)) || IsRequest(type);

    [GeneratedRegex("^[a-z]+(-[a-z]+)*\\.[a-z]+([_-][a-z]+)*$")]
    private static partial Regex EventName();

    [GeneratedRegex("^[a-z]+\\.[a-z]+(-[a-z]+)*$")]
    private static partial Regex JobName();

    [GeneratedRegex(@"new (?<type>[A-Z]\w+)\s*(\r?\n\s*)?[({]")]
    private static partial Regex NewEvent();
}

using System.Diagnostics;
using Tideline.Host;
using Tideline.Host.Commands;

namespace Tideline.Topology.Tests;

/// <summary>What the generator makes is a service, not a sketch of one.</summary>
[Collection(nameof(Topologies))]
public sealed class NewServiceTests
{
    [Fact, Trait("Category", "Slow")]
    public async Task A_new_service_builds_starts_and_passes_its_tests()
    {
        using var checkout = new Checkout();
        var made = new ServiceTemplate(checkout.Folder).Make(ServiceNames.Of("Loyalty", "RewardTier"));
        Assert.Contains("src/Services/Loyalty/LoyaltyService.cs", made);

        await checkout.BuildAsync("tests/Services.Tests -p:RunAnalyzers=false");
        await checkout.RunAsync("dotnet", "run --project tests/Services.Tests --no-build -- --filter-class Tideline.Services.Tests.Loyalty.LoyaltyTests --minimum-expected-tests 6");
    }

    /// <summary>Builds and runs everything once more, so not in each run: <c>--explicit on</c>.</summary>
    [Fact(Explicit = true)]
    public async Task A_new_service_keeps_the_rules_of_the_architecture()
    {
        using var checkout = new Checkout();
        new ServiceTemplate(checkout.Folder).Make(ServiceNames.Of("Loyalty", "RewardTier"));
        await checkout.BuildAsync("tests/Architecture.Tests -p:RunAnalyzers=false");
        // With analyzers: what is generated must not be the first thing to be cleaned up.
        await checkout.BuildAsync("src/Services/Loyalty --no-dependencies --no-incremental");
        await checkout.RunAsync("dotnet", "run --project tests/Architecture.Tests --no-build -- --filter-class Tideline.Architecture.Tests.Documents.EventCatalogueTests Tideline.Architecture.Tests.Documents.ServicePageTests", ("UPDATE_DOCS", "1"));
        await checkout.RunAsync("dotnet", "run --project tests/Architecture.Tests --no-build -- --filter-not-class Tideline.Architecture.Tests.Documents.CommandTests");
        Assert.Contains("reward-tier.created", await File.ReadAllTextAsync(Path.Combine(checkout.Folder, "docs/events.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_is_there_is_not_made_again_and_nothing_is_touched()
    {
        using var checkout = new Checkout();
        var template = new ServiceTemplate(checkout.Folder);
        template.Make(ServiceNames.Of("Loyalty", null));
        var catalogue = File.ReadAllText(Path.Combine(checkout.Folder, "src/Host/Catalog.cs"));

        Assert.Contains("is there already", Assert.Throws<UsageException>(() => template.Make(ServiceNames.Of("Loyalty", "Point"))).Message, StringComparison.Ordinal);
        Assert.Contains("is there already", Assert.Throws<UsageException>(() => template.Make(ServiceNames.Of("Leads", "Point"))).Message, StringComparison.Ordinal);

        Assert.Equal(catalogue, File.ReadAllText(Path.Combine(checkout.Folder, "src/Host/Catalog.cs")));
        Assert.False(File.Exists(Path.Combine(checkout.Folder, "src/Services/Loyalty/Point.cs")));
    }

    [Fact]
    public void A_checkout_whose_lists_have_moved_is_left_alone()
    {
        using var checkout = new Checkout();
        File.WriteAllText(Path.Combine(checkout.Folder, "src/Host/Catalog.cs"), "// elsewhere");
        Assert.Contains("Catalog.cs", Assert.Throws<UsageException>(() => new ServiceTemplate(checkout.Folder).Make(ServiceNames.Of("Loyalty", null))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(checkout.Folder, "src/Services/Loyalty")));
    }

    [Theory]
    [InlineData("loyalty", null)]
    [InlineData("Loyalty2", null)]
    [InlineData("LoyaltyPoints", null)]
    [InlineData("../Loyalty", null)]
    [InlineData("System", null)]
    [InlineData("Loyalty", "Loyalty")]
    [InlineData("Loyalty", "point")]
    [InlineData("Loyalty", "a b")]
    public void A_name_that_cannot_be_one_is_refused(string service, string? entity) => Assert.Throws<UsageException>(() => ServiceNames.Of(service, entity));

    [Theory]
    [InlineData("Policy", "policies", "policy")]
    [InlineData("RewardTier", "reward-tiers", "reward_tier")]
    [InlineData("Box", "boxes", "box")]
    [InlineData("Day", "days", "day")]
    public void Names_are_put_into_every_form(string entity, string path, string table)
    {
        var names = ServiceNames.Of("Loyalty", entity);
        Assert.Equal($"/api/loyalty/{path} {table}", names.Fill("/api/__service__/__path__ __table__"));
    }

    /// <summary>A copy of what is in the repository, without what is built.</summary>
    private sealed class Checkout : IDisposable
    {
        private static readonly HashSet<string> Left = ["bin", "obj", "node_modules", "wwwroot", "dist", "artifacts", "data", ".git", "console", ".vs", ".idea"];

        private readonly string _compiler = "tideline-" + Guid.NewGuid().ToString("n");

        public Checkout()
        {
            Folder = Directory.CreateTempSubdirectory("tideline-checkout-").FullName;
            var root = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(root, "Tideline.slnx"))) root = Path.GetDirectoryName(root)!;
            Copy(root, Folder);
            // The server's programs are installed, not written; the copy uses the same.
            var programs = Path.Combine(root, "src/Platform.EmbeddedPostgres/node_modules");
            if (Directory.Exists(programs)) Directory.CreateSymbolicLink(Path.Combine(Folder, "src/Platform.EmbeddedPostgres/node_modules"), programs);
        }

        public string Folder { get; }

        /// <summary>Builds with one compiler for all projects, of its own, so that it can be sent home afterwards.</summary>
        public Task BuildAsync(string what) => RunAsync("dotnet", $"build {what} -v q -nologo -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId={_compiler}");

        /// <summary>Runs a command in the copy; fails with its output unless it ends well.</summary>
        public async Task RunAsync(string program, string arguments, params (string Name, string Value)[] environment)
        {
            var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
            foreach (var (name, value) in environment) start.Environment[name] = value;
            // The runner of these tests tells its children who they are; those here are nobody's.
            foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("TESTINGPLATFORM_", StringComparison.Ordinal) || k.StartsWith("MSBUILD", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
            var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{program} {arguments}: not done within ten minutes");
            }
            // Log lines are JSON; what the runner and the compiler say is not.
            var text = string.Join('\n', string.Concat(await output).Split('\n').Where(line => !line.StartsWith('{') && line.Trim().Length > 0));
            Assert.True(process.ExitCode == 0, $"{program} {arguments}: {process.ExitCode}\n{(text.Length > 8000 ? text[^8000..] : text)}");
        }

        public void Dispose()
        {
            foreach (var process in Process.GetProcessesByName("VBCSCompiler").Where(IsOurs)) process.Kill();
            Directory.Delete(Folder, recursive: true);
        }

        private bool IsOurs(Process process)
        {
            var line = $"/proc/{process.Id}/cmdline";
            return File.Exists(line) && File.ReadAllText(line).Contains(_compiler, StringComparison.Ordinal);
        }

        private static void Copy(string from, string to)
        {
            foreach (var file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
            foreach (var folder in Directory.EnumerateDirectories(from).Where(f => !Left.Contains(Path.GetFileName(f))))
                Copy(folder, Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(folder))).FullName);
        }
    }
}

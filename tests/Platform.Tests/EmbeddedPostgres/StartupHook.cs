using Tideline.Platform.Tests.EmbeddedPostgres;

/// <summary>Named in DOTNET_STARTUP_HOOKS, the runtime calls this before Main (name and place are the runtime's rule).</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        // The programs that we start ourselves must not become holders, too.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
        if (Environment.GetEnvironmentVariable(Holder.FolderVariable) is null) return;
        Holder.HoldAsync().GetAwaiter().GetResult();
        Environment.Exit(0);
    }
}

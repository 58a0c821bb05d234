using System.Text;
using System.Text.RegularExpressions;

namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>The server's settings: one file, written before every start and included by postgresql.conf.</summary>
internal static partial class Configuration
{
    public const string FileName = "tideline.conf";

    // Where it listens and who gets in is what makes the server private.
    private static readonly HashSet<string> s_owned = new(StringComparer.OrdinalIgnoreCase)
    {
        "listen_addresses", "port", "unix_socket_directories", "data_directory", "hba_file", "ident_file", "config_file", "external_pid_file",
        "logging_collector", "log_directory", "log_destination",
    };

    /// <exception cref="EmbeddedPostgresException">A setting is not one that may be set.</exception>
    public static string Write(EmbeddedPostgresOptions options, string logFolder)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["max_connections"] = "400",
            ["shared_buffers"] = "128MB",
            ["wal_level"] = "logical",
            ["idle_in_transaction_session_timeout"] = "60s",
            ["jit"] = "off",
            ["password_encryption"] = "scram-sha-256",
            // A file per weekday, emptied when its turn comes again: a week at most.
            ["logging_collector"] = "on",
            ["log_destination"] = "stderr",
            ["log_directory"] = logFolder,
            ["log_filename"] = "postgres-%a.log",
            ["log_truncate_on_rotation"] = "on",
            ["log_rotation_age"] = "1d",
            ["log_rotation_size"] = "0",
            ["log_checkpoints"] = "off",
            ["log_line_prefix"] = "%m [%p] %u@%d ",
        };
        if (options.ForTests)
            (settings["fsync"], settings["synchronous_commit"], settings["full_page_writes"]) = ("off", "off", "off");

        foreach (var (name, value) in options.Settings)
        {
            if (s_owned.Contains(name)) throw new EmbeddedPostgresException($"The embedded PostgreSQL decides '{name}' itself; it cannot be set.");
            if (!SettingName().IsMatch(name)) throw new EmbeddedPostgresException($"'{name}' is not the name of a PostgreSQL setting.");
            if (value.AsSpan().IndexOfAny('\n', '\r', '\0') >= 0) throw new EmbeddedPostgresException($"The value of '{name}' must be one line.");
            settings[name] = value;
        }

        var text = new StringBuilder("# Written at every start; changes made here are lost.\n");
        foreach (var (name, value) in settings)
            text.Append(name).Append(" = '").Append(value.Replace("\\", "\\\\").Replace("'", "''")).Append("'\n");
        return text.ToString();
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_]*(\.[a-zA-Z_][a-zA-Z0-9_]*)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SettingName();
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Tideline.Platform.Tests.Telemetry;

/// <summary>Collects what a console formatter would write.</summary>
internal sealed class LogLines(ConsoleFormatter formatter) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => owner._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var writer = new StringWriter { NewLine = "\n" };
            owner.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), writer);
        }
    }

    private void Write<TState>(LogEntry<TState> entry, StringWriter writer)
    {
        formatter.Write(in entry, _scopes, writer);
        Lines.Enqueue(writer.ToString());
    }
}

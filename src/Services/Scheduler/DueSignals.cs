using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Tideline.Scheduler;

/// <summary>Wakes the loops that fire, when what is due next may have changed.</summary>
internal sealed class DueSignals : IDisposable
{
    public DueSignal Tasks { get; } = new();

    public DueSignal Schedules { get; } = new();

    public void Dispose()
    {
        Tasks.Dispose();
        Schedules.Dispose();
    }
}

internal sealed class DueSignal : IDisposable
{
    private readonly SemaphoreSlim _news = new(0, 1);

    public void Raise()
    {
        try
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // Raised by somebody else at the same moment: once is enough.
        }
    }

    public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _news.WaitAsync(atMost, ct);

    public void Dispose() => _news.Dispose();
}

/// <summary>Raises the signals once the change is there to be seen.</summary>
internal sealed class TellWhenCommitted(DueSignals signals) : DbTransactionInterceptor
{
    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is not SchedulerDb { DueChanged: true } db) return Task.CompletedTask;
        db.DueChanged = false;
        signals.Tasks.Raise();
        signals.Schedules.Raise();
        return Task.CompletedTask;
    }
}

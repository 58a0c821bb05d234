using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Tideline.Worker.Claims;

namespace Tideline.Worker.Jobs;

/// <summary>Wakes waiting claims once the jobs for them are there to be seen; a signal from inside the transaction would come too early.</summary>
internal sealed class TellWhenCommitted(ReadyWaiters waiters, DueSignal due) : DbTransactionInterceptor
{
    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        if (eventData.Context is not WorkerDb db) return Task.CompletedTask;
        foreach (var type in db.BecameReady) waiters.Raise(type);
        if (db.BecameScheduled) due.Raise();
        db.BecameReady.Clear();
        db.BecameScheduled = false;
        return Task.CompletedTask;
    }
}

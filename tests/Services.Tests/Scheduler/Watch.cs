using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tideline.Contracts;
using Tideline.Contracts.Scheduler;
using Tideline.Platform.Data;
using Tideline.Platform.Events;
using Tideline.Platform.Hosting;
using Tideline.Platform.Security;
using Tideline.Services.Tests.Worker;

namespace Tideline.Services.Tests.Scheduler;

/// <summary>A service that asks to be told, and writes down when it is.</summary>
internal sealed class WatchService(ConcurrentQueue<Told> told) : IService
{
    public string Name => "watch";

    public void Add(ServiceBuilder svc)
    {
        svc.Services.AddSingleton(told);
        svc.AddDatabase<WatchDb>().Publishes<ScheduleRequested>().Publishes<ScheduleCancelled>().Handles<ScheduleDue, WriteDown>();
    }

    public void Map(ServiceRoutes routes)
    {
    }
}

internal sealed class WatchDb(DbContextOptions<WatchDb> options, Caller caller) : ServiceDb(options, caller);

internal sealed record Told(Guid Tenant, string Owner, string Name, DateTimeOffset DueAt, DateTimeOffset At, string? Traceparent);

internal sealed class WriteDown(ConcurrentQueue<Told> told, Caller caller) : IHandle<ScheduleDue>
{
    public Task HandleAsync(ScheduleDue happened, CancellationToken ct)
    {
        told.Enqueue(new Told(caller.TenantId, happened.Owner, happened.Name, happened.DueAt, DateTimeOffset.UtcNow, EventScope.Current?.Traceparent));
        return Task.CompletedTask;
    }
}

internal static class Watching
{
    /// <summary>Hosts with a scheduler, which share what they are told.</summary>
    public static async Task<(JobHost Host, ConcurrentQueue<Told> Told)> WatchAsync(this JobCluster cluster, int hosts = 1)
    {
        var told = new ConcurrentQueue<Told>();
        var all = new List<JobHost>();
        for (var i = 0; i < hosts; i++) all.Add(await cluster.StartAsync(further: [new Tideline.Scheduler.SchedulerService(), new WatchService(told)]));
        return (all[0], told);
    }

    public static async Task PublishAsync(this JobHost host, params IEvent[] events)
    {
        await using var scope = host.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Caller>().UseTenant(host.Tenant);
        var db = scope.ServiceProvider.GetRequiredService<WatchDb>();
        foreach (var happened in events) db.Publish(happened);
        await db.SaveChangesAsync();
    }

    public static ScheduleRequested Ask(string name, TimeSpan from, string owner = "watch") =>
        new() { Owner = owner, Name = name, DueAt = DateTimeOffset.UtcNow + from };
}

using Microsoft.EntityFrameworkCore;
using Tideline.Platform.Data;
using Tideline.Platform.Security;

namespace Tideline.__Service__;

internal sealed class __Service__Db(DbContextOptions<__Service__Db> options, Caller caller) : ServiceDb(options, caller)
{
    public DbSet<__Entity__> __Entities__ => Set<__Entity__>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<__Entity__>().ToTable("__table__").Property(x => x.Version).IsRowVersion();
        base.OnModelCreating(modelBuilder);
    }
}

using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Tideline.Platform.Data;

/// <summary>Tables, columns, keys and indexes in snake_case, as the SQL migrations write them.</summary>
internal sealed class SnakeCase : IModelFinalizingConvention
{
    public void ProcessModelFinalizing(IConventionModelBuilder modelBuilder, IConventionContext<IConventionModelBuilder> context)
    {
        foreach (var entity in modelBuilder.Metadata.GetEntityTypes())
        {
            if (entity.GetTableName() is { } table && !entity.IsMappedToJson()) entity.SetTableName(Of(table));
            foreach (var property in entity.GetDeclaredProperties())
                if (property.GetColumnName() is var column && column != "xmin") property.SetColumnName(Of(column));
            foreach (var complex in entity.GetDeclaredComplexProperties()) Rename(complex);
            // A view has keys without names.
            foreach (var key in entity.GetDeclaredKeys())
                if (key.GetName() is { } name) key.SetName(Of(name));
            foreach (var foreign in entity.GetDeclaredForeignKeys()) foreign.SetConstraintName(Of(foreign.GetConstraintName()!));
            foreach (var index in entity.GetDeclaredIndexes()) index.SetDatabaseName(Of(index.GetDatabaseName()!));
        }
    }

    private static void Rename(IConventionComplexProperty complex)
    {
        if (complex.ComplexType.GetContainerColumnName() is { } container)
        {
            complex.ComplexType.SetContainerColumnName(Of(container));
            return;
        }
        foreach (var property in complex.ComplexType.GetDeclaredProperties()) property.SetColumnName(Of(property.GetColumnName()));
        foreach (var inner in complex.ComplexType.GetDeclaredComplexProperties()) Rename(inner);
    }

    internal static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (!char.IsUpper(c))
            {
                text.Append(c);
                continue;
            }
            var startsWord = i > 0 && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}

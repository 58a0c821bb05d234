namespace Tideline.Leads.Imports;

/// <summary>What a column of an import can fill in a lead. The names on the wire are these in camelCase.</summary>
internal enum LeadField
{
    FirstName,
    LastName,
    FullName,
    Company,
    Email,
    Email2,
    Phone,
    Phone2,
    Website,
    Country,
    Source,
    Stage,
    Value,
    Currency,
    Notes,
    CreatedAt,
    Custom,
}

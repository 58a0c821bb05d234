namespace Tideline.Platform.EmbeddedPostgres;

/// <summary>The private PostgreSQL cannot run; the message says why and what to do, and is meant for the operator.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException()
    {
    }

    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    public EmbeddedPostgresException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

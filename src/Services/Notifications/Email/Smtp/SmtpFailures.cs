using System.Net.Sockets;

namespace Tideline.Notifications.Email;

internal static class SmtpFailures
{
    /// <summary>The connection is of no more use, which says nothing yet about the message.</summary>
    public static bool IsConnectionFailure(Exception e) =>
        e is IOException or SocketException or SmtpProtocolException or OperationCanceledException or ObjectDisposedException;

    public static string Describe(Exception e) => e is OperationCanceledException ? "The server did not answer in time." : e.Message;
}

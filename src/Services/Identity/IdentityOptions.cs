using System.ComponentModel.DataAnnotations;

namespace Tideline.Identity;

/// <summary>Settings under <c>Services:identity</c>.</summary>
internal sealed class IdentityOptions
{
    /// <summary>Protects the signing keys in the database and derives successors of refresh tokens. The same in every copy of the service.</summary>
    [Required, MinLength(32, ErrorMessage = "Services:identity:KeyEncryptionSecret needs at least 32 characters of randomness.")]
    public string KeyEncryptionSecret { get; set; } = "";

    /// <summary>Where people open the console; links in e-mails lead there, whatever host a request named.</summary>
    [Required, Url]
    public string ConsoleUrl { get; set; } = "http://127.0.0.1:8080";

    /// <summary>E-mail addresses of people who may steer the installation itself, besides the first one who registered; <c>*</c> is every owner.</summary>
    public string Operators { get; set; } = "";

    /// <summary>Whether who registers gets an e-mail with a link that proves the address. Without it they ask for one themselves.</summary>
    public bool VerifyEmailAtRegistration { get; set; } = true;

    /// <summary>Rounds of PBKDF2-HMAC-SHA512 for new password hashes.</summary>
    [Range(1_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Days after which another key signs.</summary>
    [Range(1, 365)]
    public int SigningKeyDays { get; set; } = 30;
}

using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Tideline.Notifications.Email;

internal enum TrackingKind : byte { Open = 1, Click = 2, Unsubscribe = 3 }

/// <summary>What a token of ours says.</summary>
/// <param name="Kind">What the recipient did.</param>
/// <param name="MessageId">With which message.</param>
/// <param name="Link">Of a click: the link's number in the table of the message's template.</param>
/// <param name="Target">Of a click on a personalised link: where it leads.</param>
internal sealed record TrackingToken(TrackingKind Kind, Guid MessageId, int Link = 0, string? Target = null);

/// <summary>
/// Makes and reads the tokens in open, click and unsubscribe addresses. A token is
/// <code>base64url( tag ‖ content XOR stream(tag) ),  tag = HMAC(k1, content)[..16],  stream(tag) = HMAC(k2, tag ‖ n)…</code>
/// so it is opaque (no id, no address, no counter to be read or guessed), cannot be changed in any bit, and is the same
/// whenever it is made again for the same message. No address of a recipient is ever put into one.
/// </summary>
/// <remarks>
/// The target of a personalised link travels inside its token: nothing has to be stored for each message and link, and an
/// edited target fails like any other change, so the redirect cannot be made to lead elsewhere.
/// </remarks>
internal sealed class TrackingTokens
{
    /// <summary>Longer targets stay untracked: addresses beyond 2,000 characters do not survive every mail client.</summary>
    public const int MaxTarget = 1200;

    private const int Tag = 16;
    private const int ShortContent = 17;   // kind, message
    private const int ClickContent = 19;   // and link
    private const int MaxContent = ClickContent + MaxTarget;
    private const int MaxText = (Tag + MaxContent + 2) / 3 * 4;

    private readonly Key _current;
    private readonly Key[] _all;

    /// <param name="secret">At least 32 random bytes of this installation or tenant.</param>
    /// <param name="earlier">Secrets used before: their tokens are still read.</param>
    public TrackingTokens(ReadOnlyMemory<byte> secret, params ReadOnlySpan<ReadOnlyMemory<byte>> earlier)
    {
        _current = new Key(secret.Span);
        _all = new Key[earlier.Length + 1];
        _all[0] = _current;
        for (var i = 0; i < earlier.Length; i++) _all[i + 1] = new Key(earlier[i].Span);
    }

    public string Open(Guid message) => Make(b => Write(b, TrackingKind.Open, message));

    public string Unsubscribe(Guid message) => Make(b => Write(b, TrackingKind.Unsubscribe, message));

    public string Click(Guid message, int link) => Make(b => Write(b, TrackingKind.Click, message, link));

    public string Click(Guid message, int link, string target) => Make(b => Write(b, TrackingKind.Click, message, link, target));

    /// <summary>Writes a token straight into a message.</summary>
    public void Write(MailBuffer to, TrackingKind kind, Guid message, int link = 0, string? target = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)link, ushort.MaxValue, nameof(link));
        Span<byte> token = stackalloc byte[Tag + MaxContent];
        var content = token[Tag..];
        content[0] = (byte)kind;
        message.TryWriteBytes(content[1..], bigEndian: true, out _);
        var length = ShortContent;
        if (kind == TrackingKind.Click)
        {
            content[ShortContent] = (byte)(link >> 8);
            content[ShortContent + 1] = (byte)link;
            length = ClickContent + (target is null ? 0 : Encoding.UTF8.GetBytes(target, content[ClickContent..]));
        }
        content = content[..length];
        _current.Sign(content, token[..Tag]);
        _current.Cover(content, token[..Tag]);
        var room = to.GetSpan(MaxText);
        Base64Url.EncodeToUtf8(token[..(Tag + length)], room, out _, out var written);
        to.Advance(written);
    }

    /// <summary>False for anything that this installation did not make, exactly as it is.</summary>
    public bool TryRead(string? text, [NotNullWhen(true)] out TrackingToken? token)
    {
        token = null;
        if (text is null || text.Length is < (Tag + ShortContent) * 4 / 3 or > MaxText) return false;
        Span<byte> bytes = stackalloc byte[Tag + MaxContent];
        // White space and padding would give one token several spellings.
        var status = Base64Url.DecodeFromChars(text, bytes, out var consumed, out var length);
        if (status != OperationStatus.Done || consumed != text.Length) return false;
        if (length < Tag + ShortContent || !Base64Url.EncodeToString(bytes[..length]).Equals(text, StringComparison.Ordinal)) return false;

        Span<byte> content = stackalloc byte[length - Tag];
        Span<byte> expected = stackalloc byte[Tag];
        foreach (var key in _all)
        {
            bytes[Tag..length].CopyTo(content);
            key.Cover(content, bytes[..Tag]);
            key.Sign(content, expected);
            if (CryptographicOperations.FixedTimeEquals(expected, bytes[..Tag])) return (token = Parse(content)) is not null;
        }
        return false;
    }

    private static TrackingToken? Parse(ReadOnlySpan<byte> content)
    {
        var kind = (TrackingKind)content[0];
        var message = new Guid(content.Slice(1, 16), bigEndian: true);
        return kind switch
        {
            TrackingKind.Open or TrackingKind.Unsubscribe when content.Length == ShortContent => new TrackingToken(kind, message),
            TrackingKind.Click when content.Length >= ClickContent => new TrackingToken(kind, message,
                content[ShortContent] << 8 | content[ShortContent + 1],
                content.Length > ClickContent ? Encoding.UTF8.GetString(content[ClickContent..]) : null),
            _ => null,
        };
    }

    private static string Make(Action<MailBuffer> write)
    {
        using var buffer = new MailBuffer(256);
        write(buffer);
        return buffer.ToString();
    }

    private sealed class Key
    {
        private readonly byte[] _tag = new byte[32];
        private readonly byte[] _stream = new byte[32];

        public Key(ReadOnlySpan<byte> secret)
        {
            if (secret.Length < 32) throw new ArgumentException("A tracking secret has at least 32 bytes.");
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, _tag, [], "tideline tracking tag 1"u8);
            HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, _stream, [], "tideline tracking stream 1"u8);
        }

        public void Sign(ReadOnlySpan<byte> content, Span<byte> tag)
        {
            Span<byte> hash = stackalloc byte[32];
            HMACSHA256.HashData(_tag, content, hash);
            hash[..Tag].CopyTo(tag);
        }

        /// <summary>Covers and, done again, uncovers.</summary>
        public void Cover(Span<byte> content, ReadOnlySpan<byte> tag)
        {
            Span<byte> seed = stackalloc byte[Tag + 1];
            Span<byte> stream = stackalloc byte[32];
            tag.CopyTo(seed);
            for (var at = 0; at < content.Length; at += stream.Length)
            {
                seed[Tag] = (byte)(at / stream.Length);
                HMACSHA256.HashData(_stream, seed, stream);
                for (var i = 0; i < stream.Length && at + i < content.Length; i++) content[at + i] ^= stream[i];
            }
        }
    }
}

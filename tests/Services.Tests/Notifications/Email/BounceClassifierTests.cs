using Tideline.Notifications.Email;

namespace Tideline.Services.Tests.Notifications.Email;

public class BounceClassifierTests
{
    /// <summary>Answers as the large receivers and the common servers give them.</summary>
    [Theory]
    // Nobody there
    [InlineData(BounceKind.Hard, "550 5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces. https://support.google.com/mail/?p=NoSuchUser - gsmtp")]
    [InlineData(BounceKind.Hard, "550 5.2.1 The email account that you tried to reach is disabled. - gsmtp")]
    [InlineData(BounceKind.Hard, "550 5.2.1 The email account that you tried to reach is inactive. https://support.google.com/mail/?p=DisabledUser")]
    [InlineData(BounceKind.Hard, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")]
    [InlineData(BounceKind.Hard, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR01.prod.protection.outlook.com]")]
    [InlineData(BounceKind.Hard, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).")]
    [InlineData(BounceKind.Hard, "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0] - mta4113.mail.gq1.yahoo.com")]
    [InlineData(BounceKind.Hard, "550 5.1.1 <nospam@example.com>: Recipient address rejected: User unknown in local recipient table")]
    [InlineData(BounceKind.Hard, "550 5.1.1 <spamhaus@example.com>... User unknown")]
    [InlineData(BounceKind.Hard, "550 No Such User Here")]
    [InlineData(BounceKind.Hard, "550 Unrouteable address")]
    [InlineData(BounceKind.Hard, "550-Requested action not taken: mailbox unavailable For explanation visit https://postmaster.gmx.net/en/error-messages?ip=1.2.3.4&c=re")]
    [InlineData(BounceKind.Hard, "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]")]
    [InlineData(BounceKind.Hard, "550 Message was not accepted -- invalid mailbox. Local mailbox ada@mail.ru is unavailable: user not found")]
    [InlineData(BounceKind.Hard, "550 5.2.1 This mailbox has been blocked due to inactivity")]
    [InlineData(BounceKind.Hard, "553 5.3.0 <ada@example.com>... No such user here")]
    [InlineData(BounceKind.Hard, "556 5.1.10 Recipient address has null MX")]
    [InlineData(BounceKind.Hard, "550 5.1.2 Host or domain name not found. Name service error for name=exmaple.con type=AAAA: Host not found")]
    [InlineData(BounceKind.Hard, "550 5.1.1 ")]
    [InlineData(BounceKind.Hard, "550 5.1.6 recipient no longer on server")]
    [InlineData(BounceKind.Hard, "554 5.7.1 <ada@example.com>: Recipient address rejected: user ada@example.com does not exist")]
    // Not now
    [InlineData(BounceKind.Soft, "452 4.2.2 The email account that you tried to reach is over quota. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaTemp - gsmtp")]
    [InlineData(BounceKind.Soft, "552 5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.google.com/mail/?p=OverQuotaPerm - gsmtp")]
    [InlineData(BounceKind.Soft, "552 5.2.2 <ada@icloud.com>: user is over quota")]
    [InlineData(BounceKind.Soft, "550 5.1.1 mailbox is full")]
    [InlineData(BounceKind.Soft, "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.")]
    [InlineData(BounceKind.Soft, "450 4.2.0 <ada@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html")]
    [InlineData(BounceKind.Soft, "451 4.7.1 Greylisting in action, please come back later")]
    [InlineData(BounceKind.Soft, "451 4.7.1 Please try again later")]
    [InlineData(BounceKind.Soft, "450 4.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table")]
    [InlineData(BounceKind.Soft, "452 4.3.1 Insufficient system resources")]
    [InlineData(BounceKind.Soft, "451 4.7.500 Server busy. Please try again later from [1.2.3.4]. (S77714)")]
    [InlineData(BounceKind.Soft, "451 4.3.0 Temporary lookup failure")]
    [InlineData(BounceKind.Soft, "421 4.3.2 Service shutting down")]
    [InlineData(BounceKind.Soft, "454 4.7.1 <ada@example.com>: Relay access denied")]
    [InlineData(BounceKind.Soft, "554 5.7.1 <ada@example.com>: Relay access denied")]
    [InlineData(BounceKind.Soft, "554 5.4.6 Too many hops")]
    // They do not want us
    [InlineData(BounceKind.Block, "554 5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/1.2.3.4")]
    [InlineData(BounceKind.Block, "550 5.7.1 Unfortunately, messages from [1.2.3.4] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).")]
    [InlineData(BounceKind.Block, "550 5.7.606 Access denied, banned sending IP [1.2.3.4]. To request removal from this list please visit https://sender.office.com/")]
    [InlineData(BounceKind.Block, "550 5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked.")]
    [InlineData(BounceKind.Block, "421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.")]
    [InlineData(BounceKind.Block, "421 4.7.0 [TSS04] Messages from 1.2.3.4 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes")]
    [InlineData(BounceKind.Block, "553 5.7.1 [BL21] Connections will not be accepted from 1.2.3.4, because the ip is in Spamhaus's list")]
    [InlineData(BounceKind.Block, "554-gmx.net (mxgmx116) Nemesis ESMTP Service not available No SMTP service IP address is block listed.")]
    [InlineData(BounceKind.Block, "554 resimta-c1p-023.sys.comcast.net comcast 1.2.3.4 found on one or more DNSBLs, see http://postmaster.comcast.net/smtp-error-codes.php#BL000001")]
    [InlineData(BounceKind.Block, "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550")]
    [InlineData(BounceKind.Block, "550 5.7.25 The IP address sending this message does not have a PTR record setup")]
    [InlineData(BounceKind.Block, "450 4.7.1 Client host rejected: cannot find your reverse hostname, [1.2.3.4]")]
    [InlineData(BounceKind.Block, "554 5.7.1 Mail from 1.2.3.4 refused due to poor sender reputation")]
    [InlineData(BounceKind.Block, "550-5.7.1 IP=1.2.3.4 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.t-online.de to clarify.)")]
    // Their rules refuse the message
    [InlineData(BounceKind.Policy, "550 5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy.")]
    [InlineData(BounceKind.Policy, "550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.")]
    [InlineData(BounceKind.Policy, "421 4.7.26 This mail has been rate limited because it is unauthenticated.")]
    [InlineData(BounceKind.Policy, "550 5.7.515 Access denied, sending domain EXAMPLE.COM doesn't meet the required authentication level.")]
    [InlineData(BounceKind.Policy, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes")]
    [InlineData(BounceKind.Policy, "552 5.7.0 This message was blocked because its content presents a potential security issue.")]
    [InlineData(BounceKind.Policy, "550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137")]
    [InlineData(BounceKind.Policy, "552 5.3.4 Message size exceeds fixed limit")]
    [InlineData(BounceKind.Policy, "552 5.2.3 Your message exceeded the limits of this mailbox")]
    [InlineData(BounceKind.Policy, "550 5.1.8 <news@exmple.com>: Sender address rejected: Domain not found")]
    [InlineData(BounceKind.Policy, "554 5.6.0 Message contains a virus")]
    [InlineData(BounceKind.Policy, "550 5.7.23 The message was rejected because of Sender Policy Framework violation")]
    // Nothing to go by
    [InlineData(BounceKind.Soft, "550 Requested action not taken")]
    [InlineData(BounceKind.Soft, "550 5.0.0 ")]
    [InlineData(BounceKind.Soft, "554 Transaction failed")]
    [InlineData(BounceKind.Soft, "450 ")]
    internal void An_answer_says_what_kind_of_bounce_it_is(BounceKind kind, string answer)
    {
        var text = answer[4..];
        var used = EnhancedStatus.Read(text, out var status);
        Assert.Equal(kind, BounceClassifier.Classify(int.Parse(answer[..3]), status, text[used..]));
    }

    [Fact]
    public void A_temporary_answer_never_condemns_an_address()
    {
        foreach (var words in (string[])["no such user", "mailbox unavailable", "does not exist", "account closed"])
            Assert.NotEqual(BounceKind.Hard, BounceClassifier.Classify(450, new EnhancedStatus(4, 1, 1), words));
    }
}

using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tideline.Platform.Security;

namespace Tideline.Platform.Tests.Security;

/// <summary>Names of keys come from strangers; identity must not have to hear of each.</summary>
public sealed class SigningKeysTests
{
    [Fact]
    public async Task Made_up_names_of_keys_do_not_reach_identity()
    {
        var identity = new FakeIdentity();
        var clock = new Clock();
        using var keys = new SigningKeys(identity, clock, NullLogger<SigningKeys>.Instance);
        Assert.NotNull(await keys.FindAsync("known", TestContext.Current.CancellationToken));
        for (var minute = 0; minute < 10; minute++)
        {
            for (var i = 0; i < 600; i++)
            {
                Assert.Null(await keys.FindAsync(Guid.NewGuid().ToString(), TestContext.Current.CancellationToken));
                clock.Now += TimeSpan.FromSeconds(0.1);
            }
        }
        Assert.InRange(identity.Asked, 8, 14);
        // A new one is found all the same, within a minute.
        identity.Kid = "newer";
        clock.Now += TimeSpan.FromMinutes(1);
        Assert.NotNull(await keys.FindAsync("newer", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task While_identity_is_silent_known_keys_work_and_askers_do_not_wait_in_line()
    {
        var identity = new FakeIdentity();
        var clock = new Clock();
        using var keys = new SigningKeys(identity, clock, NullLogger<SigningKeys>.Instance);
        await keys.FindAsync("known", TestContext.Current.CancellationToken);
        clock.Now += TimeSpan.FromMinutes(2);
        identity.IsDown = true;
        var asked = identity.Asked;
        for (var i = 0; i < 100; i++)
            await Assert.ThrowsAsync<HttpRequestException>(async () => await keys.FindAsync("other" + i, TestContext.Current.CancellationToken));
        Assert.InRange(identity.Asked - asked, 1, 5);
        Assert.NotNull(await keys.FindAsync("known", TestContext.Current.CancellationToken));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(50);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class FakeIdentity : HttpMessageHandler, IHttpClientFactory
    {
        public int Asked { get; private set; }

        public string Kid { get; set; } = "known";

        public bool IsDown { get; set; }

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new Uri("http://identity.example") };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            if (IsDown) throw new HttpRequestException("down");
            // The point of RFC 7515, A.3.
            var set = $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"{{Kid}}","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}""";
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(set, Encoding.UTF8, "application/json") });
        }
    }
}

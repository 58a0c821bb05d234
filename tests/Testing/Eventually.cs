using System.Diagnostics;

namespace Tideline.Testing;

/// <summary>Waits for what will come about by itself; when it does not, says what was seen last.</summary>
public static class Eventually
{
    /// <summary>Asks again and again until the answer satisfies, at most for the time given (20 s).</summary>
    public static async Task<T> Get<T>(Func<Task<T>> ask, Func<T, bool> satisfies, string what, TimeSpan? within = null)
    {
        var limit = within ?? TimeSpan.FromSeconds(20);
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(10);
        object? last;
        do
        {
            try
            {
                var answer = await ask();
                if (satisfies(answer)) return answer;
                last = answer;
            }
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException)
            {
                last = e.Message;
            }
            await Task.Delay(pause);
            if (pause < TimeSpan.FromMilliseconds(250)) pause *= 1.5;
        }
        while (watch.Elapsed < limit);
        throw new TimeoutException($"{what}: not within {limit.TotalSeconds:0} s. Last seen: {last}");
    }
}

using Tideline.Leads.Imports;
using static Tideline.Services.Tests.Leads.Imports.CsvFiles;

namespace Tideline.Services.Tests.Leads.Imports;

/// <summary>Tests that measure the process, and so cannot run beside others.</summary>
[CollectionDefinition(nameof(MeasuresTheProcess), DisableParallelization = true)]
public sealed class MeasuresTheProcess;

[Collection(nameof(MeasuresTheProcess))]
public sealed class CsvMemoryTests
{
    [Fact]
    public async Task Memory_stays_flat_over_a_long_file()
    {
        var line = Utf8("Ann,ann@lee.se,\"a note\r\nof two lines\",Malmö,+46701740605\r\n");
        using var file = new RepeatingStream(line, 2_000_000);
        var (count, first, peak) = (0L, 0L, 0L);
        await foreach (var row in new CsvRows(file, Comma()).ReadAsync(null, TestContext.Current.CancellationToken))
        {
            if (++count % 500_000 == 0)
            {
                var held = GC.GetTotalMemory(forceFullCollection: true);
                if (first == 0) first = held;
                peak = Math.Max(peak, held - first);
            }
            if (row.Fields.Length != 5) Assert.Fail($"Row {row.Position.Row} has {row.Fields.Length} values.");
        }
        Assert.Equal(2_000_000, count);
        Assert.True(peak < 8 * 1024 * 1024, $"{peak / 1024 / 1024} MB more than after the first 500,000 rows");
    }

    internal sealed class RepeatingStream(byte[] line, int times) : Stream
    {
        private long at;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => (long)line.Length * times;
        public override long Position { get => at; set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
        public override int Read(Span<byte> buffer)
        {
            var total = (int)Math.Min(buffer.Length, Length - at);
            for (var done = 0; done < total;)
            {
                var from = (int)((at + done) % line.Length);
                var part = Math.Min(line.Length - from, total - done);
                line.AsSpan(from, part).CopyTo(buffer[done..]);
                done += part;
            }
            at += total;
            return total;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

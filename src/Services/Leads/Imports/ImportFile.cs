using Npgsql;
using Tideline.Platform.Data;

namespace Tideline.Leads.Imports;

/// <summary>The stored file as one stream, of which one chunk at a time is in memory. Each chunk is a query of its own: no transaction stays open while rows are worked on.</summary>
internal sealed class ImportFile(ServiceDatabase<LeadsDb> database, Guid tenant, Guid import, long size) : Stream
{
    /// <summary>All chunks but the last have this size; the first is what detection looks at.</summary>
    public const int ChunkSize = CsvDetection.PrefixLength;

    private byte[] _chunk = [];
    private int _number = -1;
    private long _position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => size;

    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <summary>What detection looks at.</summary>
    public async Task<byte[]> FirstChunkAsync(CancellationToken ct)
    {
        await LoadAsync(0, ct);
        return _chunk;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= size || buffer.Length == 0) return 0;
        await LoadAsync((int)(_position / ChunkSize), cancellationToken);
        var from = (int)(_position % ChunkSize);
        var count = Math.Min(buffer.Length, _chunk.Length - from);
        _chunk.AsMemory(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => size + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Use ReadAsync.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is ever written.
    }

    private async Task LoadAsync(int number, CancellationToken ct)
    {
        if (number == _number) return;
        await using var batch = database.CreateBatch(tenant);
        batch.Add("select data from import_chunk where tenant_id = $1 and import_id = $2 and number = $3",
            new NpgsqlParameter<Guid> { TypedValue = tenant }, new NpgsqlParameter<Guid> { TypedValue = import }, new NpgsqlParameter<int> { TypedValue = number });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) throw new ImportFileGoneException();
        (_chunk, _number) = (reader.GetFieldValue<byte[]>(0), number);
    }
}

/// <summary>The file is not kept any more.</summary>
internal sealed class ImportFileGoneException() : Exception("The file of this import is not kept any more. Upload it again.");

using Popcorn.Core;

namespace Popcorn.Wire.Restore;

/// <summary>
/// One frame of a restore script, read back: what tests and the dumper see. Fields an operation lacks are zero;
/// <see cref="RawBytes"/> is what follows the frame on the wire.
/// </summary>
public sealed record RestoreFrame(RestoreOperation Operation)
{
    public ulong Address { get; init; }

    public ulong Bytes { get; init; }

    public uint Protection { get; init; }

    public uint Flags { get; init; }

    public ulong Offset { get; init; }

    public int Target { get; init; }

    public string Path { get; init; } = "";

    public ulong ThreadPointer { get; init; }

    public ulong Record { get; init; }

    /// <summary>System call number and arguments.</summary>
    public IReadOnlyList<ulong> Call { get; init; } = [];

    public ReadOnlyMemory<byte> Data { get; init; }

    public ulong RawBytes => Operation == RestoreOperation.Fill ? Bytes : 0;

    /// <summary>Reads frame header and payload; a payload longer or shorter than the operation's is refused.</summary>
    public static RestoreFrame Read(ref FieldReader reader)
    {
        int start = reader.Offset;
        RestoreOperation operation = (RestoreOperation)reader.U32();
        FieldReader payload = new(reader.Bytes(reader.U32()), $"{reader.Where}: {operation} at 0x{start:x}");
        RestoreFrame frame = operation switch
        {
            RestoreOperation.Map => ReadMap(ref payload),
            RestoreOperation.Fill => new(operation) { Address = payload.U64(), Bytes = payload.U64() },
            RestoreOperation.Protect => ReadMap(ref payload) with { Operation = operation },
            RestoreOperation.Descriptor => new(operation) { Target = payload.I32(), Flags = payload.U32() },
            RestoreOperation.Open => new(operation)
            {
                Target = payload.I32(),
                Flags = payload.U32(),
                Offset = payload.U64(),
                Path = payload.CString(),
            },
            RestoreOperation.WorkingDirectory => new(operation) { Path = payload.CString() },
            RestoreOperation.FileModeMask => new(operation) { Flags = payload.U32() },
            RestoreOperation.Thread => new(operation)
            {
                Target = payload.I32(),
                Flags = payload.U32(),
                ThreadPointer = payload.U64(),
                Record = payload.U64(),
            },
            RestoreOperation.MapFile => ReadMap(ref payload) with
            {
                Operation = operation,
                Offset = payload.U64(),
                Path = payload.CString(),
            },
            RestoreOperation.Close => new(operation) { Target = payload.I32() },
            RestoreOperation.Prepare => new(operation) { Data = payload.Bytes(payload.Remaining).ToArray() },
            RestoreOperation.Call => ReadCall(ref payload),
            RestoreOperation.Commit or RestoreOperation.Go or RestoreOperation.Sync or RestoreOperation.Session
                or RestoreOperation.Detach => new(operation),
            RestoreOperation.Spawn => ReadSpawn(ref payload),
            RestoreOperation.Zombie => new(operation)
            {
                Target = payload.I32(),
                Flags = payload.U32(),
                Offset = payload.U32(),
            },
            RestoreOperation.Group => new(operation) { Target = payload.I32() },
            RestoreOperation.MapDescriptor => ReadMap(ref payload) with
            {
                Operation = operation,
                Offset = payload.U64(),
                Target = payload.I32(),
                Record = payload.U32(),
            },
            RestoreOperation.AttachShared => new(operation)
            {
                Address = payload.U64(),
                Target = payload.I32(),
                Flags = payload.U32(),
            },
            _ => throw new BadInputException(reader.Where, start, $"unknown operation {(uint)operation}"),
        };
        return payload.Remaining == 0
            ? frame
            : throw new BadInputException(payload.Where, payload.Offset, $"{payload.Remaining} bytes too many");
    }

    private static RestoreFrame ReadCall(ref FieldReader payload)
    {
        ulong[] call = new ulong[1 + RestoreScriptWriter.CallArguments];
        for (int i = 0; i < call.Length; i++)
            call[i] = payload.U64();
        uint pointers = payload.U32();
        _ = payload.U32();
        return new(RestoreOperation.Call)
        {
            Call = call,
            Flags = pointers,
            Data = payload.Bytes(payload.Remaining).ToArray(),
        };
    }

    private static RestoreFrame ReadSpawn(ref FieldReader payload)
    {
        RestoreFrame frame = new(RestoreOperation.Spawn) { Target = payload.I32(), Flags = payload.U32() };
        uint count = payload.U32();
        frame = frame with { Path = payload.CString() };
        for (uint i = 0; i < count; i++)
            _ = payload.CString();
        return frame;
    }

    private static RestoreFrame ReadMap(ref FieldReader payload) => new(RestoreOperation.Map)
    {
        Address = payload.U64(),
        Bytes = payload.U64(),
        Protection = payload.U32(),
        Flags = payload.U32(),
    };
}

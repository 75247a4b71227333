namespace Popcorn.Wire.Restore;

/// <summary>Operations of a restore script (contracts, section 8). Wire ids: never renumber.</summary>
public enum RestoreOperation : uint
{
    Map = 1,
    Fill = 2,
    Protect = 3,
    Descriptor = 4,
    Open = 5,
    WorkingDirectory = 6,
    FileModeMask = 7,
    Thread = 8,
    MapFile = 9,
    Close = 10,
    Commit = 11,
    Go = 12,
    Spawn = 14,
    Zombie = 15,
    Session = 16,
    Group = 17,
    MapDescriptor = 18,
    AttachShared = 19,
    Detach = 20,
    Prepare = 21,
    Sync = 32,
    Call = 33,
}

/// <summary>Kinds of answers the restoring runtime gives.</summary>
public enum RestoreAnswerKind : uint
{
    Ready = 1,
    Error = 2,

    /// <summary>Everything before the SYNC has been done.</summary>
    Synced = 3,
}

/// <summary>An answer: 16 bytes, <c>u32 kind, u32 operation, i64 value</c>; for an error the value is -errno.</summary>
public readonly record struct RestoreAnswer(RestoreAnswerKind Kind, RestoreOperation Operation, long Value)
{
    public const int Bytes = 16;

    public static RestoreAnswer Read(ReadOnlySpan<byte> bytes)
    {
        Core.FieldReader reader = new(bytes, "answer of the restoring process");
        RestoreAnswerKind kind = (RestoreAnswerKind)reader.U32();
        if (kind is < RestoreAnswerKind.Ready or > RestoreAnswerKind.Synced)
            throw new Core.BadInputException("answer of the restoring process", 0, $"unknown kind {(uint)kind}");
        return new RestoreAnswer(kind, (RestoreOperation)reader.U32(), reader.I64());
    }

    public void Write(Core.FieldWriter writer)
    {
        writer.U32((uint)Kind);
        writer.U32((uint)Operation);
        writer.I64(Value);
    }
}

namespace Popcorn.Wire.Control;

/// <summary>
/// The control region that the processes of a program and their supervisor share (docs/internals/contracts.md, section
/// 7; C side:
/// runtime/include/popcorn_abi.h, a test compares the two). Offsets in bytes; all fields little-endian.
/// </summary>
public static class ControlLayout
{
    public const uint AbiVersion = 3;

    /// <summary>What the value of a signal that the supervisor passes on for somebody else has in its upper 16 bits: no
    /// address, and no number anybody counts to.</summary>
    private const ulong ForwardedSignalMark = 0xb0bc;

    private const int ForwardedMarkShift = 48;
    private const long NanosecondsPerMicrosecond = 1000;

    public const int RegionBytes = 1 << 20;
    public const int UnitBytes = 0x10000;
    public const int PartBytes = RegionBytes - UnitBytes;

    // The unit's pages.
    public const int Flag = 0;
    public const int Request = 4;
    public const int Release = 8;
    public const int Events = 12;
    public const int UnitGeneration = 16;
    public const int Moved = 20;
    public const int Countdown = 24;
    public const int Points = 32;
    public const int ProcessMax = 40;
    public const int Magic = 48;
    public const int AgentPid = 56;
    public const int Root = 60;
    public const int ProcessesUsed = 64;
    public const ulong UnitMagic = 0x3254_494e_5550_4f50; // "POPUNIT2"

    public const int ProcessesOffset = 4096;
    public const int ProcessBytes = 128;
    public const int ProcessCount = 480;
    public const int ProcessState = 0;
    public const int ProcessPid = 4;
    public const int ProcessGroup = 8;
    public const int ProcessSession = 12;
    public const int ProcessKernelPid = 16;
    public const int ProcessKernelGroup = 24;
    public const int ProcessKernelSession = 32;
    public const int ProcessCreator = 40;
    public const int ProcessStarts = 44;

    // A process's own part.
    public const int Parked = 0;
    public const int Threads = 4;
    public const int AbiVersionField = 8;
    public const int IsaField = 12;
    public const int Pid = 16;
    public const int Exiting = 20;
    public const int State = 24;
    public const int ArenaTable = 32;
    public const int SlotsUsed = 40;
    public const int Generation = 48;
    public const int RunningSince = 56;
    public const int Track = 64;
    public const int TrackDescriptor = 68;

    public const int SlotsOffset = 4096;
    public const int SlotBytes = 1024;
    public const int SlotCount = 956;

    public const int SlotTid = 0;
    public const int SlotState = 4;
    public const int SlotThreadPointer = 8;
    public const int SlotStackPointer = 24;
    public const int SlotHandlerDepth = 96;
    public const int SlotNativeStackLow = 104;
    public const int SlotNativeStackHigh = 112;

    /// <summary>The value of a signal that is passed on.</summary>
    /// <param name="earliestNs">When it can have come at the earliest, by the monotonic clock; told in
    /// microseconds.</param>
    public static ulong ForwardedSignal(long earliestNs) => (ForwardedSignalMark << ForwardedMarkShift)
        | (ulong)Math.Max(0, earliestNs / NanosecondsPerMicrosecond);

    public static int Slot(int index) => SlotsOffset + index * SlotBytes;

    public static int Process(int index) => ProcessesOffset + index * ProcessBytes;

    /// <summary>Where a process's own part lies in the memory file. Each has two, which generations take in
    /// turns.</summary>
    public static long Part(int index, uint generation) => UnitBytes + (2L * index + (generation & 1)) * PartBytes;
}

/// <summary>Values of <see cref="ControlLayout.State"/>.</summary>
public enum RuntimeState : uint
{
    Starting = 0,
    Running = 1,
    Restoring = 2,
}

/// <summary>Values of <see cref="ControlLayout.Track"/>.</summary>
public enum TrackState : uint
{
    None = 0,

    /// <summary>The agent asks for a userfaultfd, and kicks a thread.</summary>
    Wanted = 1,

    /// <summary>A thread makes it.</summary>
    Claimed = 2,

    /// <summary>It is there, or minus errno is, and the thread waits until it has been fetched.</summary>
    Offered = 3,
}

/// <summary>Values of <see cref="ControlLayout.ProcessState"/>: a place in the unit's table of processes.</summary>
public enum UnitProcessState : uint
{
    Free = 0,

    /// <summary>Forking or executing: not yet, or not at the moment, able to park.</summary>
    Starting = 1,
    Member = 2,

    /// <summary>It executes a program that popcorn cc did not build.</summary>
    Foreign = 3,
}

/// <summary>Values of <see cref="ControlLayout.SlotState"/>.</summary>
public enum ThreadParkState : uint
{
    Free = 0,
    Running = 1,
    ParkedAtPoint = 2,
    ParkedInSystemCall = 3,
    Blocking = 4,
}

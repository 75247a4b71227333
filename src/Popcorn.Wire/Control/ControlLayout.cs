namespace Popcorn.Wire.Control;

/// <summary>
/// The control region that a program and its supervisor share (docs/internals/contracts.md, section 7; C side:
/// runtime/include/popcorn_abi.h, a test compares the two). Offsets in bytes; all fields little-endian.
/// </summary>
public static class ControlLayout
{
    public const uint AbiVersion = 1;
    public const int RegionBytes = 1 << 20;

    public const int Flag = 0;
    public const int Request = 4;
    public const int Parked = 8;
    public const int Threads = 12;
    public const int Release = 16;
    public const int AbiVersionField = 20;
    public const int Countdown = 24;
    public const int Points = 32;
    public const int Pid = 40;
    public const int IsaField = 44;
    public const int Exiting = 48;
    public const int State = 52;
    public const int Unmovable = 56;
    public const int ArenaTable = 64;

    public const int SlotsOffset = 4096;
    public const int SlotBytes = 1024;
    public const int SlotCount = 1020;

    public const int SlotTid = 0;
    public const int SlotState = 4;
    public const int SlotThreadPointer = 8;
    public const int SlotStackPointer = 24;
    public const int SlotHandlerDepth = 96;
    public const int SlotNativeStackLow = 104;
    public const int SlotNativeStackHigh = 112;

    public static int Slot(int index) => SlotsOffset + index * SlotBytes;
}

/// <summary>Values of <see cref="ControlLayout.State"/>.</summary>
public enum RuntimeState : uint
{
    Starting = 0,
    Running = 1,
    Restoring = 2,
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

/// <summary>Bits of <see cref="ControlLayout.Unmovable"/>: what only the runtime knows to be in the way.</summary>
[Flags]
public enum UnmovableReasons : uint
{
    None = 0,
    Children = 1,
    SharedMapping = 2,
    HandlerRunning = 4,
}

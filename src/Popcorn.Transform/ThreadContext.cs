using Popcorn.Architecture;
using Popcorn.Core;

namespace Popcorn.Transform;

/// <summary>
/// The registers of a parked thread, as its slot of the control region holds them (contracts, section 7). They are
/// those of the innermost IR frame right after its call of <c>__pop_park</c> or <c>__pop_syscall</c> returned.
/// </summary>
public sealed class ThreadContext
{
    /// <summary>Bytes of a thread slot, of which the first 640 are used.</summary>
    public const int SlotBytes = 1024;

    private const int StateParkedAtPoint = 2;
    private const int StateParkedInSystemCall = 3;
    private const int ArgumentCount = 6;

    public required Isa Isa { get; init; }

    public required ParkKind Kind { get; init; }

    /// <summary>The kernel's thread id, for messages.</summary>
    public int ThreadId { get; init; }

    public ulong ThreadPointer { get; init; }

    public required ulong Pc { get; init; }

    public required ulong StackPointer { get; init; }

    /// <summary>Lowest and one-past-highest address of the native stack.</summary>
    public ulong NativeStackLow { get; init; }

    public ulong NativeStackHigh { get; init; }

    /// <summary>asm-generic number of the call to make again; for <see cref="ParkKind.SystemCall"/> only.</summary>
    public ulong SystemCallNumber { get; init; }

    public ReadOnlyMemory<ulong> SystemCallArguments { get; init; } = new ulong[ArgumentCount];

    /// <summary>By register slot (<see cref="RegisterFile.SlotOf"/>): 32 integer, then 32 floating-point
    /// words.</summary>
    public required ReadOnlyMemory<ulong> Registers { get; init; }

    /// <summary>Reads a slot of a thread that has parked; any other state is refused.</summary>
    public static ThreadContext FromSlot(ReadOnlySpan<byte> slot, Isa isa, string where)
    {
        FieldReader reader = new(slot, where);
        int threadId = reader.I32();
        uint state = reader.U32();
        if (state is not (StateParkedAtPoint or StateParkedInSystemCall))
            throw new BadInputException(where, 4, $"thread {threadId} is not parked (state {state})");
        ulong threadPointer = reader.U64();
        ulong pc = reader.U64();
        ulong stackPointer = reader.U64();
        ulong number = reader.U64();
        ulong[] arguments = new ulong[ArgumentCount];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = reader.U64();
        reader.Seek(104);
        ulong low = reader.U64();
        ulong high = reader.U64();
        reader.Seek(128);
        ulong[] registers = new ulong[RegisterFile.SlotCount];
        for (int i = 0; i < registers.Length; i++)
            registers[i] = reader.U64();
        return new ThreadContext
        {
            Isa = isa,
            Kind = state == StateParkedAtPoint ? ParkKind.Point : ParkKind.SystemCall,
            ThreadId = threadId,
            ThreadPointer = threadPointer,
            Pc = pc,
            StackPointer = stackPointer,
            NativeStackLow = low,
            NativeStackHigh = high,
            SystemCallNumber = number,
            SystemCallArguments = arguments,
            Registers = registers,
        };
    }
}

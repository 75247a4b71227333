using System.Collections.Frozen;

namespace Popcorn.Architecture;

/// <summary>
/// The registers of one ISA that a frame's state can name, by DWARF number, and which of them a call preserves.
/// A register also has a <em>slot</em>, 0-31 for integer and 32-63 for floating-point ones: its place in the 64 words
/// that a thread slot of the control region holds (contracts, section 7).
/// </summary>
public sealed class RegisterFile
{
    public const int SlotCount = 64;
    public const int FirstFloatSlot = 32;

    private readonly string[] _names;
    private readonly ulong _calleeSavedSlots;
    private readonly int _integerCount;
    private readonly int _floatCount;
    private readonly FrozenDictionary<string, int> _numberByName;

    internal RegisterFile(
        string[] integerNames, string[] floatNames, int firstFloatNumber, int stackPointer, int framePointer,
        int returnAddress, int[] calleeSaved, int zero = -1)
    {
        Zero = zero;
        StackPointer = stackPointer;
        FramePointer = framePointer;
        ReturnAddress = returnAddress;
        FirstFloatNumber = firstFloatNumber;
        CalleeSaved = calleeSaved;
        _integerCount = integerNames.Length;
        _floatCount = floatNames.Length;
        _names = [.. integerNames, .. floatNames];
        Dictionary<string, int> numbers = [];
        for (int i = 0; i < integerNames.Length; i++)
            numbers.Add(integerNames[i], i);
        for (int i = 0; i < floatNames.Length; i++)
            numbers.Add(floatNames[i], firstFloatNumber + i);
        _numberByName = numbers.ToFrozenDictionary();
        foreach (int number in calleeSaved)
            _calleeSavedSlots |= 1UL << SlotOf(number);
    }

    public int StackPointer { get; }

    public int FramePointer { get; }

    /// <summary>The column that holds the return address in unwind tables; on x86-64 no real register.</summary>
    public int ReturnAddress { get; }

    public int FirstFloatNumber { get; }

    /// <summary>The number under which a value's location names the register that is always 0, -1 when there is
    /// none.</summary>
    public int Zero { get; }

    /// <summary>DWARF numbers of the integer and floating-point registers a call preserves, the frame pointer included,
    /// the stack pointer not. Of a floating-point register only the low 64 bits are preserved, on every ISA that
    /// does.</summary>
    public IReadOnlyList<int> CalleeSaved { get; }

    /// <summary>The slot (0-63) of a DWARF register number, or -1 when no frame state can name it.</summary>
    public int SlotOf(int dwarfNumber)
    {
        if ((uint)dwarfNumber < (uint)_integerCount)
            return dwarfNumber;
        int index = dwarfNumber - FirstFloatNumber;
        return (uint)index < (uint)_floatCount ? FirstFloatSlot + index : -1;
    }

    public bool IsCalleeSaved(int dwarfNumber)
    {
        int slot = SlotOf(dwarfNumber);
        return slot >= 0 && (_calleeSavedSlots >> slot & 1) != 0;
    }

    public bool IsFloat(int dwarfNumber) => SlotOf(dwarfNumber) >= FirstFloatSlot;

    /// <summary>The assembler's name, or <c>r(n)</c> for a number this ISA does not have.</summary>
    public string NameOf(int dwarfNumber)
    {
        int slot = SlotOf(dwarfNumber);
        if (slot < 0)
            return $"r({dwarfNumber})";
        return slot < FirstFloatSlot ? _names[slot] : _names[_integerCount + slot - FirstFloatSlot];
    }

    public bool TryParse(string name, out int dwarfNumber) => _numberByName.TryGetValue(name, out dwarfNumber);
}

using System.Collections.Concurrent;
using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.ObjectFiles.Dwarf;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>
/// What the transformation needs of one ISA's executable: its unwind table, the runtime's three addresses, and its part
/// of the state map. Keep it as long as the program may move: it remembers every return address it has looked up. Safe
/// for use by several threads.
/// </summary>
public sealed class IsaExecutable
{
    private readonly ConcurrentDictionary<ulong, FrameRecipe> _recipes = new();
    private readonly UnwindTable _unwind;

    private IsaExecutable(ElfFile elf, StateMapReader map, UnwindTable unwind)
    {
        Elf = elf;
        Map = map;
        Profile = IsaProfile.Of(elf.Isa);
        _unwind = unwind;
        ResumeFunctions = ResumeCode.Read(elf);
        BottomAddress = Require(elf, "__pop_bottom");
        ResumePointAddress = Require(elf, "__pop_resume_point");
        ResumeSystemCallAddress = Require(elf, "__pop_resume_syscall");
    }

    public Isa Isa => Elf.Isa;

    public IsaProfile Profile { get; }

    public ElfFile Elf { get; }

    public StateMapReader Map { get; }

    /// <summary>What a process that is moved here must be given besides what the kernel maps.</summary>
    public ResumeCode ResumeFunctions { get; }

    /// <summary><c>__pop_bottom</c>: the return address of every thread's outermost IR frame.</summary>
    public ulong BottomAddress { get; }

    /// <summary><c>__pop_resume_point</c>.</summary>
    public ulong ResumePointAddress { get; }

    /// <summary><c>__pop_resume_syscall</c>.</summary>
    public ulong ResumeSystemCallAddress { get; }

    public static IsaExecutable Load(ElfFile elf, StateMapReader map)
    {
        ArgumentNullException.ThrowIfNull(elf);
        ArgumentNullException.ThrowIfNull(map);
        if (!map.Isas.Contains(elf.Isa))
            throw new BadInputException($"{map.Where}: has nothing for {elf.Isa.Name()}, the ISA of {elf.Where}");
        // Loading is done while a program runs; the first question comes when it is parked.
        map.Prepare(elf.Isa);
        return new IsaExecutable(elf, map, UnwindTable.Read(elf));
    }

    /// <summary>How to read the frame a return address belongs to, and how to leave it.</summary>
    internal bool TryFindRecipe(ulong returnAddress, out FrameRecipe? recipe, out string reason)
    {
        reason = "";
        if (_recipes.TryGetValue(returnAddress, out recipe))
            return true;
        if (!Map.TryFindReturnPoint(Isa, returnAddress, out ReturnPoint? point))
        {
            reason = "is the return address of no site";
            return false;
        }
        // The row of the call, not of what follows it: behind a call that does not return another function may begin.
        if (!_unwind.TryFindRow(returnAddress - 1, out UnwindRow? row) || row is null)
        {
            reason = "has no row in the unwind table";
            return false;
        }
        recipe = FrameRecipe.Make(Profile.Registers, Map, point, row);
        // What the program can return to is finite: one recipe per return point at most.
        _recipes.TryAdd(returnAddress, recipe);
        return true;
    }

    private static ulong Require(ElfFile elf, string name) => elf.TryFindGlobal(name, out ElfSymbol symbol)
        ? symbol.Value
        : throw new BadInputException($"{elf.Where}: has no symbol '{name}': not built by popcorn cc, or stripped");
}

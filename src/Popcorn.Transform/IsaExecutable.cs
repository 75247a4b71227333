using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>
/// What the transformation needs of one ISA's executable: its unwind table, the runtime's three addresses, and its part of
/// the state map. Keep it as long as the program may move: it remembers every return address it has looked up. Safe for
/// use by several threads.
/// </summary>
public sealed class IsaExecutable
{
    public static IsaExecutable Load(ElfFile elf, StateMapReader map) => throw new NotImplementedException();

    public Isa Isa => throw new NotImplementedException();

    public ElfFile Elf => throw new NotImplementedException();

    public StateMapReader Map => throw new NotImplementedException();

    /// <summary><c>__pop_bottom</c>: the return address of every thread's outermost IR frame.</summary>
    public ulong BottomAddress => throw new NotImplementedException();

    /// <summary><c>__pop_resume_point</c>.</summary>
    public ulong ResumePointAddress => throw new NotImplementedException();

    /// <summary><c>__pop_resume_syscall</c>.</summary>
    public ulong ResumeSystemCallAddress => throw new NotImplementedException();
}

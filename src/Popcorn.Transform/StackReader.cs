namespace Popcorn.Transform;

/// <summary>Registers + stack bytes + unwind table + state map of one ISA → the ISA-neutral state of the thread.</summary>
public static class StackReader
{
    /// <summary>
    /// Reads a parked thread's frames into <paramref name="into"/>, which is cleared first. A stack that cannot be read to
    /// its bottom is a BadInputException that names frame number, pc and nearest symbol.
    /// </summary>
    public static void Read(
        IsaExecutable executable, ThreadContext context, StackMemory stack, ThreadState into) =>
        throw new NotImplementedException();
}

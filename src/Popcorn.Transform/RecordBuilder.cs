namespace Popcorn.Transform;

/// <summary>Thread state → the chained records of contracts section 5, from which the target ISA's own code rebuilds the stack.</summary>
public static class RecordBuilder
{
    /// <summary>Bytes the records of a thread take; a multiple of 16.</summary>
    public static long SizeBytes(ThreadState state) => throw new NotImplementedException();

    /// <summary>
    /// Fills <paramref name="records"/>, which will be copied to <paramref name="baseAddress"/> of the target process, and
    /// returns the address of the outermost record, which the thread starts with.
    /// </summary>
    public static ulong Build(ThreadState state, IsaExecutable target, ulong baseAddress, Span<byte> records) =>
        throw new NotImplementedException();
}

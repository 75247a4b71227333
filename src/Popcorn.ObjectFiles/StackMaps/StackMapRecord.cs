namespace Popcorn.ObjectFiles.StackMaps;

/// <summary>One record: for a statepoint, one return address.</summary>
/// <param name="FunctionAddress">Start of the code symbol it lies in, which LLVM took it relative to.</param>
public readonly record struct StackMapRecord(
    ulong Id, ulong FunctionAddress, uint InstructionOffset, int FirstLocation, int LocationCount)
{
    public ulong ReturnAddress => FunctionAddress + InstructionOffset;
}

using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>The <c>setjmp</c> calls of a function, by number, and the alloca that is its frame's jump record.</summary>
internal sealed record ArmedSetjmps(IReadOnlyList<IrValue> Calls, IrValue Record)
{
    internal static ArmedSetjmps None { get; } = new([], default);
}

/// <summary>
/// A buffer armed in a function that can be on the stack during a move is told, beside the registers <c>setjmp</c>
/// writes, which frame and which <c>setjmp</c> call it belongs to. That means the same on every machine, and it is
/// copied with the buffer. After a move the resume clone stores the registers of the new machine in the record, where
/// <c>longjmp</c> finds them (contracts, section 5).
/// </summary>
internal static class ArmSetjmps
{
    // Words of a jmp_buf that setjmp leaves alone, and the size of a record (contracts, section 4).
    private const long RecordOffset = 160;
    private const long SiteOffset = 168;
    private const ulong RecordWords = 30;

    internal static ArmedSetjmps Run(IrModule module, IrValue function)
    {
        IrContext context = module.Context;
        List<IrValue> calls = [.. function.Blocks().SelectMany(b => b.Instructions()).Where(Calls.IsSetjmp)];
        if (calls.Count == 0)
            return ArmedSetjmps.None;
        using IrBuilder builder = new(module);
        IrValue record = builder.Before(function.EntryBlock().First).Alloca(
            IrContext.Array(context.I64, RecordWords));
        record.SetAlignment(16);
        for (int site = 0; site < calls.Count; site++)
        {
            IrValue buffer = calls[site].Argument(0);
            builder.Before(calls[site]);
            builder.Store(record, builder.OffsetInBounds(buffer, RecordOffset)).SetAlignment(8);
            builder.Store(context.I64.Integer((ulong)site), builder.OffsetInBounds(buffer, SiteOffset)).SetAlignment(8);
        }
        return new ArmedSetjmps(calls, record);
    }
}

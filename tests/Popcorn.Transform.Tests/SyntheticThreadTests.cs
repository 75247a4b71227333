using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.Samples;
using Popcorn.StateMap;
using static Popcorn.ObjectFiles.Dwarf.DwarfConstants;

namespace Popcorn.Transform.Tests;

/// <summary>Unwind rules that the three back ends seldom emit, on a stack made by hand: one frame, x86-64.</summary>
public class SyntheticThreadTests
{
    private const ulong Function = 0x401000;
    private const ulong Bottom = 0x400100;
    private const ulong Stack = 0x7000_0000;
    private const int Rbx = 3;
    private const int Rsp = 7;

    [Theory]
    // CFA = rsp + 16, three ways.
    [InlineData(new byte[] { DW_CFA_def_cfa, Rsp, 16 })]
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 2, DW_OP_breg0 + Rsp, 16 })]
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 5, DW_OP_bregx, Rsp, 0, DW_OP_lit0 + 16, DW_OP_plus })]
    // CFA = memory at rsp, which holds it.
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 3, DW_OP_breg0 + Rsp, 0, DW_OP_deref })]
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 5, DW_OP_breg0 + Rsp, 32, DW_OP_const1u, 16, DW_OP_minus })]
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 5, DW_OP_breg0 + Rsp, 31, DW_OP_const1s, 0xf0, DW_OP_and })]
    [InlineData(new byte[] { DW_CFA_def_cfa_expression, 4, DW_OP_breg0 + Rsp, 6, DW_OP_plus_uconst, 10 })]
    public void EveryWayToSayTheCfa_LeadsToTheReturnAddress(byte[] program)
    {
        ThreadState state = Read([.. program, DW_CFA_offset | 16, 1], ValueLocation.InMemory(Rsp, 0));

        Assert.Equal(1, state.Frames.Length);
        Assert.Equal([(UInt128)(Stack + 16)], state.Values.ToArray());
    }

    [Fact]
    public void ReturnAddressByExpressionOrRegister_IsFound()
    {
        byte[] cfa = [DW_CFA_def_cfa, Rsp, 16];
        // The CFA is on the expression's stack at the start: CFA - 8 holds the return address.
        Read([.. cfa, DW_CFA_expression, 16, 2, DW_OP_lit0 + 8, DW_OP_minus], ValueLocation.Constant(1));
        Read(
            [.. cfa, DW_CFA_val_expression, 16, 3, DW_OP_lit0 + 8, DW_OP_minus, DW_OP_deref],
            ValueLocation.Constant(1));
        Read([.. cfa, DW_CFA_register, 16, Rbx], ValueLocation.Constant(1));
    }

    [Theory]
    [InlineData(new byte[] { DW_OP_plus }, "operation needs two values")]
    [InlineData(new byte[] { DW_OP_deref }, "operation needs a value")]
    [InlineData(new byte[] { DW_OP_lit0, DW_OP_deref }, "address 0x0 is not on the stack")]
    [InlineData(new byte[] { 0x2f, 0, 0 }, "operation 0x2f is not supported")]
    [InlineData(new byte[] { DW_OP_bregx, 99, 0 }, "register 99 does not exist")]
    [InlineData(new byte[] { DW_OP_lit0 + 1 }, "frame ends at 0x1")]
    public void BadExpression_IsRefusedWithFrameAndPc(byte[] expression, string reason)
    {
        BadInputException refusal = Assert.Throws<BadInputException>(() => Read(
            [DW_CFA_def_cfa_expression, (byte)expression.Length, .. expression], ValueLocation.Constant(1)));

        Assert.Contains($"frame 0, pc 0x{Function + 0x20:x} (f+0x20): ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ValueOutsideTheStack_IsRefused()
    {
        BadInputException refusal = Assert.Throws<BadInputException>(
            () => Read([DW_CFA_def_cfa, Rsp, 16, DW_CFA_offset | 16, 1], ValueLocation.InMemory(Rsp, 4096)));

        Assert.EndsWith("live value 0 is at 0x70001000, outside the stack", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>One frame whose stack holds its CFA at rsp and the return address __pop_bottom below the CFA, as does
    /// rbx.</summary>
    private static ThreadState Read(byte[] unwindProgram, ValueLocation location)
    {
        StateMapModel model = new()
        {
            BuildId = default,
            Functions =
            [
                new FunctionModel(
                    "f", (uint)Function, 0x40, new Dictionary<Isa, uint> { [Isa.X86_64] = 1 },
                    [
                        new SiteModel(
                            SiteKind.Point, [new LiveValueType(ValueKind.Pointer)],
                            new SiteDetail("__pop_park", "", 0, [""])),
                    ]),
            ],
            ReturnPoints = new Dictionary<Isa, IReadOnlyList<ReturnPoint>>
            {
                [Isa.X86_64] = [new ReturnPoint(Function + 0x20, 0, 0, false, [location])],
            },
        };
        byte[] elf = new ElfBuilder(Isa.X86_64)
            .Section(
                ".eh_frame", 0x600000,
                new FrameTableBuilder(16, -8, []).Function(Function, 0x40, unwindProgram).Finish())
            .Function("f", Function, 0x40)
            .Function("__pop_bottom", Bottom, 1)
            .Function("__pop_resume_point", Bottom, 1)
            .Function("__pop_resume_syscall", Bottom, 1)
            .Write();
        IsaExecutable executable = IsaExecutable.Load(
            ElfFile.Parse(elf, "synthetic.elf"),
            StateMapReader.Open(StateMapWriter.Write(model), "synthetic.statemap"));
        byte[] stack = new byte[64];
        BitConverter.TryWriteBytes(stack.AsSpan(0), Stack + 16);
        BitConverter.TryWriteBytes(stack.AsSpan(8), Bottom);
        ulong[] registers = new ulong[64];
        registers[Rbx] = Bottom;
        ThreadContext context = new()
        {
            Isa = Isa.X86_64,
            Kind = ParkKind.Point,
            Pc = Function + 0x20,
            StackPointer = Stack,
            Registers = registers,
        };
        ThreadState state = new();
        StackReader.Read(executable, context, new StackMemory(Stack, stack), state);
        return state;
    }
}

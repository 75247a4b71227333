namespace Popcorn.Architecture;

/// <summary>The three register files, each from its ABI document.</summary>
internal static class RegisterFiles
{
    /// <summary>System V x86-64 psABI 1.0, figure 3.36 (DWARF numbers) and 3.4 (callee-saved: rbx, rbp,
    /// r12-r15).</summary>
    public static RegisterFile X86_64 { get; } = new(
        [
            "rax", "rdx", "rcx", "rbx", "rsi", "rdi", "rbp", "rsp",
            "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip",
        ],
        Numbered("xmm", 16),
        firstFloatNumber: 17,
        stackPointer: 7,
        framePointer: 6,
        returnAddress: 16,
        calleeSaved: [3, 6, 12, 13, 14, 15]);

    /// <summary>DWARF for AArch64 (2023Q3), section 4.1; AAPCS64: x19-x29 and the low halves of v8-v15.
    /// x30 is not preserved by a call, but every frame that made one has saved it.</summary>
    public static RegisterFile AArch64 { get; } = new(
        [.. Numbered("x", 31), "sp"],
        Numbered("v", 32),
        firstFloatNumber: 64,
        stackPointer: 31,
        framePointer: 29,
        returnAddress: 30,
        calleeSaved: [.. Enumerable.Range(19, 11), .. Enumerable.Range(64 + 8, 8)],
        // LLVM numbers xzr like sp, in which no value ever is.
        zero: 31);

    /// <summary>RISC-V psABI, chapters "DWARF" and "register convention" (lp64d): s0-s11 and fs0-fs11.</summary>
    public static RegisterFile RiscV64 { get; } = new(
        [
            "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
            "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
        ],
        [
            "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3",
            "fa4", "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11",
            "ft8", "ft9", "ft10", "ft11",
        ],
        firstFloatNumber: 32,
        stackPointer: 2,
        framePointer: 8,
        returnAddress: 1,
        calleeSaved: [8, 9, .. Enumerable.Range(18, 10), 32 + 8, 32 + 9, .. Enumerable.Range(32 + 18, 10)],
        zero: 0);

    private static string[] Numbered(string prefix, int count)
    {
        string[] names = new string[count];
        for (int i = 0; i < count; i++)
            names[i] = $"{prefix}{i}";
        return names;
    }
}

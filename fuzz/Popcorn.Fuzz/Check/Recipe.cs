using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>
/// How a program is built and moved. One line of text, so that a failure is reproduced by one command:
/// <c>-O2 -fwrapv / x86_64 7 aarch64,riscv64,x86_64</c> (flags, first ISA, every how many points, ring).
/// </summary>
internal sealed record Recipe(IReadOnlyList<string> Flags, string Isa, int Every, string Ring)
{
    private static readonly string[] _levels = ["-O0", "-O1", "-O2", "-O2", "-O3", "-Os", "-Oz"];

    // None of these changes what a correct program prints.
    private static readonly string[] _flags =
    [
        "-fwrapv", "-fno-strict-aliasing", "-funsigned-char", "-fno-inline", "-g", "-fno-omit-frame-pointer",
        "-fno-builtin", "-fcommon", "-fstack-protector-all", "-std=gnu11", "-std=gnu2x", "-fno-vectorize",
        "-fsanitize=undefined", "-ftrapv", "-finline-functions", "-funroll-loops", "-fno-unroll-loops",
    ];

    private static readonly string[] _rings =
    [
        "x86_64,aarch64,riscv64", "riscv64,x86_64,aarch64", "aarch64,x86_64", "riscv64,aarch64", "x86_64", "aarch64",
        "riscv64",
    ];

    internal static Recipe Random(Dice dice)
    {
        List<string> flags = [dice.Pick(_levels)];
        while (dice.Chance(40))
            flags.Add(dice.Pick(_flags));
        // Every point of a short program, or far apart: both find what the other does not reach.
        int every = dice.Pick((int[])[1, 2, 3, 7, 20, 50, 100, 300, 1000, 5000]);
        return new Recipe(flags, dice.Pick(Isas), every + dice.Below(every), dice.Pick(_rings));
    }

    private static IReadOnlyList<string> Isas { get; } = [.. IsaNames.All.Select(i => i.Name())];

    internal static Recipe Parse(string text)
    {
        string[] halves = text.Split(" / ");
        string[] moves = halves.Length == 2 ? halves[1].Split(' ') : [];
        if (moves.Length != 3 || !int.TryParse(moves[1], out int every))
            throw new PopcornException($"a recipe looks like '-O2 / x86_64 7 aarch64,x86_64', not '{text}'");
        return new Recipe(halves[0].Split(' ', StringSplitOptions.RemoveEmptyEntries), moves[0], every, moves[2]);
    }

    public override string ToString() => $"{string.Join(' ', Flags)} / {Isa} {Every} {Ring}";
}

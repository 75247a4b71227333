using System.Text.RegularExpressions;

namespace Popcorn.EndToEnd.Tests;

/// <summary>
/// <c>-fsanitize=undefined</c>: what is reported, on each ISA and by a program that moves while it reports. gcc's
/// messages name other columns, so what is expected is written down here.
/// </summary>
public class UndefinedBehaviourTests
{
    // The values come from outside, or clang would warn. The last mistake is built to end the program.
    private const string Source = """
        #include <limits.h>
        #include <stdio.h>
        volatile int zero, one = 1, big = INT_MAX, minus = -1;
        volatile long shift = 70;
        int three[3] = { 1, 2, 3 };
        _Alignas(16) static char bytes[16];
        static __int128 wide(__int128 a) { return a * 4; }
        __attribute__((nonnull)) static int given(int *p) { return p != 0; }
        int *volatile none;
        int main(void)
        {
            for (int round = 0; round < 3; round++) {
                printf("%d\n", big + one);
                printf("%d\n", minus - big - 2);
                printf("%d\n", -(minus - big));
                printf("%d\n", big * (one + 1));
                printf("%d\n", 1 << minus);
                printf("%ld\n", 1L << shift);
                printf("%d\n", three[one * 3] * 0);
                printf("%d\n", *(int *)(bytes + one));
                int array[minus + 1 + round];
                printf("%d\n", (int)sizeof array > 1000);
                printf("%lld\n", (long long)wide((__int128)1 << 125));
                printf("%d\n", given(none));
            }
            return one / zero;
        }
        """;

    private const string Expected = """
        undefined.c:13:28: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'
        undefined.c:14:36: runtime error: signed integer overflow: -2147483648 - 2 cannot be represented in type 'int'
        undefined.c:15:24: runtime error: negation of -2147483648 cannot be represented in type 'int'; cast to an unsigned type to negate this value to itself
        undefined.c:16:28: runtime error: signed integer overflow: 2147483647 * 2 cannot be represented in type 'int'
        undefined.c:17:26: runtime error: shift exponent -1 is negative
        undefined.c:18:28: runtime error: shift exponent 70 is too large for 64-bit type 'long'
        undefined.c:19:24: runtime error: index 3 out of bounds for type 'int[3]'
        undefined.c:20:24: runtime error: load of misaligned address ADDRESS for type 'int', which requires 4 byte alignment
        undefined.c:21:19: runtime error: variable length array bound evaluates to non-positive value 0
        undefined.c:7:45: runtime error: signed integer overflow: 0x20000000000000000000000000000000 * 0x00000000000000000000000000000004 cannot be represented in type '__int128'
        undefined.c:24:30: runtime error: null pointer passed as argument 1, which is declared to never be null
        undefined.c:26:16: runtime error: division by zero

        """;

    public static TheoryData<string> Runs() =>
    [
        "--isa x86_64", "--isa aarch64", "--isa riscv64", "--migrate-every 2 --ring x86_64,aarch64,riscv64",
    ];

    [Theory]
    [MemberData(nameof(Runs))]
    public void WhatIsUndefined_IsReportedOncePerPlace(string options)
    {
        string program = Build("full", "-fsanitize=undefined", "-fno-sanitize-recover=integer-divide-by-zero");

        CommandResult result = Command.Run(Repository.Popcorn, ["run", .. options.Split(' '), "--", program]);

        // The emulator says by itself that its program was aborted.
        string reports = Regex.Replace(result.Errors, "^qemu: .*\n", "", RegexOptions.Multiline);
        Assert.Equal(Expected, Regex.Replace(reports, "address 0x[0-9a-f]+", "address ADDRESS"));
        Assert.Equal(128 + 6, result.ExitCode);
    }

    [Fact]
    public void TheMinimalRuntime_NamesTheKind()
    {
        string program = Build("minimal", "-fsanitize=signed-integer-overflow", "-fsanitize-minimal-runtime");

        CommandResult result = Command.Run(program, []);

        Assert.StartsWith("ubsan: add-overflow\n", result.Errors, StringComparison.Ordinal);
    }

    private static string Build(string name, params string[] options)
    {
        string folder = Repository.Scratch("undefined");
        File.WriteAllText(Path.Combine(folder, "undefined.c"), Source);
        CommandResult result = Command.Run(
            Repository.Popcorn, ["cc", "-O1", "-w", .. options, "undefined.c", "-o", name], folder: folder);
        Assert.True(result.ExitCode == 0, result.Errors);
        return Path.Combine(folder, name);
    }
}

using System.Globalization;
using System.Text.RegularExpressions;
using Popcorn.Core;

namespace Popcorn.Bench;

/// <summary>How many instructions a run takes, by valgrind: small virtual machines have no hardware counters.</summary>
internal static partial class InstructionCount
{
    public static double Of(string executable, string[] arguments)
    {
        // Valgrind 3.19 gives up on clang 19's line tables.
        string stripped = executable + ".stripped";
        Shell.Run("llvm-objcopy-19", ["--strip-debug", executable, stripped]);
        string output = Shell.Errors(
            "valgrind", ["--tool=callgrind", $"--callgrind-out-file={executable}.callgrind", stripped, .. arguments]);
        Match match = Collected().Match(output);
        if (!match.Success)
            throw new PopcornException($"valgrind did not count {executable}:\n{output}");
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Collected : (\d+)")]
    private static partial Regex Collected();
}

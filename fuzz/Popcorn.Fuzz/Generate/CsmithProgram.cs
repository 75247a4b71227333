using Popcorn.Core;

namespace Popcorn.Fuzz;

/// <summary>Programs of Csmith, the random program generator of the University of Utah.</summary>
internal static class CsmithProgram
{
    internal static string Generate(Dice dice)
    {
        List<string> arguments = ["--seed", $"{dice.Below(int.MaxValue)}", "--max-funcs", $"{dice.Between(2, 12)}",
            "--max-block-depth", $"{dice.Between(2, 4)}"];
        string[] options = ["--float", "--packed-struct", "--bitfields", "--builtins", "--inline-function"];
        foreach (string option in options)
        {
            if (dice.Chance(50))
                arguments.Add(option);
        }
        Outcome made = Tool.Run("csmith", arguments, TimeSpan.FromSeconds(60));
        return made.Succeeded ? made.Output
            : throw new PopcornException($"csmith failed: {made.Errors}");
    }
}

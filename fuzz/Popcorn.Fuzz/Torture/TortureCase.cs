using System.Text.RegularExpressions;

namespace Popcorn.Fuzz;

/// <summary>One file of gcc's torture suite: a program that calls <c>abort</c> when it was compiled wrongly.</summary>
internal sealed partial record TortureCase(string Name, string Path, IReadOnlyList<string> Flags)
{
    /// <summary>With the flags that hold whatever the machine; those for one processor are left out.</summary>
    internal static TortureCase Read(string path)
    {
        List<string> flags = [];
        foreach (string line in File.ReadLines(path))
        {
            if (Options().Match(line) is { Success: true } options)
                flags.AddRange(options.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        return new TortureCase(System.IO.Path.GetFileNameWithoutExtension(path), path, flags);
    }

    // A target selector follows the text when the options are for some machines only.
    [GeneratedRegex(@"dg-(?:additional-)?options\s+""([^""]*)""\s*\}")]
    private static partial Regex Options();
}

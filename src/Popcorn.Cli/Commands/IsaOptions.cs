using System.CommandLine;
using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>Options that name instruction sets, alike in every command.</summary>
internal static class IsaOptions
{
    private static readonly string[] Names = [.. IsaNames.All.Select(i => i.Name())];

    public static Option<string?> One(string name, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = "ISA" };
        option.CompletionSources.Add(Names);
        return option;
    }

    public static Isa Parse(string option, string text) => IsaNames.TryParse(text, out Isa isa)
        ? isa
        : throw new UsageException($"{option}: unknown ISA '{text}', there are {string.Join(", ", Names)}");

    /// <summary>A list with commas between.</summary>
    public static IReadOnlyList<Isa> ParseList(string option, string text) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(t => Parse(option, t))];
}

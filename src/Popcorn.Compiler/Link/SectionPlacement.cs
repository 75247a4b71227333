namespace Popcorn.Compiler.Link;

/// <summary>Which part of the image an input section belongs to (docs/internals/contracts.md, section 2).</summary>
internal static class SectionPlacement
{
    // The arrays hold the same common addresses on every ISA, in the order of the inputs.
    private static readonly string[] CommonPrefixes =
    [
        ".text.pop.", ".rodata.pop.", ".data.pop.", ".bss.pop.", ".pop.tls.",
        ".preinit_array", ".init_array", ".fini_array",
    ];

    /// <summary>Has one address and one size on all ISAs.</summary>
    public static bool IsCommon(string name)
    {
        foreach (string prefix in CommonPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return IsUserSection(name);
    }

    public static bool IsCommonText(string name) => name.StartsWith(".text.pop.", StringComparison.Ordinal);

    /// <summary>
    /// A section named like a C identifier is a program's own (<c>__attribute__((section("x")))</c>), walked by
    /// <c>__start_x</c> and <c>__stop_x</c>.
    /// </summary>
    public static bool IsUserSection(string name) =>
        name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_')
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}

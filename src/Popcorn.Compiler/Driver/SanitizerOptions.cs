namespace Popcorn.Compiler.Driver;

/// <summary>
/// Which values of <c>-fsanitize=</c> a portable program can have: the checks for undefined behaviour, whose run-time
/// library is a member of our libc. The other sanitizers' libraries are native code.
/// </summary>
internal static class SanitizerOptions
{
    private const string Option = "-fsanitize=";

    /// <summary>Compares machine code in front of a function with a number, and that code differs between
    /// machines.</summary>
    private const string CodeCheck = "-fno-sanitize=function";

    private static readonly HashSet<string> Checks = new(StringComparer.Ordinal)
    {
        "undefined", "integer", "implicit-conversion", "alignment", "array-bounds", "bool", "bounds", "builtin", "enum",
        "float-cast-overflow", "float-divide-by-zero", "implicit-integer-sign-change",
        "implicit-integer-arithmetic-value-change", "implicit-integer-conversion", "implicit-integer-truncation",
        "implicit-signed-integer-truncation", "implicit-unsigned-integer-truncation", "integer-divide-by-zero",
        "nonnull-attribute", "null", "object-size", "pointer-overflow", "return", "returns-nonnull-attribute", "shift",
        "shift-base", "shift-exponent", "signed-integer-overflow", "unreachable", "unsigned-integer-overflow",
        "unsigned-shift-base", "vla-bound",
    };

    /// <summary>What clang is told for <paramref name="argument"/>, or null when it names anything else.</summary>
    public static IReadOnlyList<string>? ForFrontEnd(string argument) =>
        argument.StartsWith(Option, StringComparison.Ordinal)
        && argument[Option.Length..].Split(',').All(Checks.Contains)
            ? [argument, CodeCheck]
            : null;
}

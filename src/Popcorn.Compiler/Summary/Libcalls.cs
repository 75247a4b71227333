namespace Popcorn.Compiler;

/// <summary>
/// Which libc functions a back end may call for an LLVM intrinsic, so that the archive search finds them although no
/// call names them. libgcc's functions are not listed: libgcc is always searched.
/// </summary>
internal static class Libcalls
{
    private static readonly Dictionary<string, string> _byIntrinsic = new(StringComparer.Ordinal)
    {
        ["llvm.frem"] = "fmod",
        ["llvm.sqrt"] = "sqrt",
        ["llvm.fma"] = "fma",
        ["llvm.fmuladd"] = "fma",
        ["llvm.sin"] = "sin",
        ["llvm.cos"] = "cos",
        ["llvm.tan"] = "tan",
        ["llvm.asin"] = "asin",
        ["llvm.acos"] = "acos",
        ["llvm.atan"] = "atan",
        ["llvm.sinh"] = "sinh",
        ["llvm.cosh"] = "cosh",
        ["llvm.tanh"] = "tanh",
        ["llvm.pow"] = "pow",
        ["llvm.powi"] = "pow",
        ["llvm.exp"] = "exp",
        ["llvm.exp2"] = "exp2",
        ["llvm.exp10"] = "exp10",
        ["llvm.log"] = "log",
        ["llvm.log2"] = "log2",
        ["llvm.log10"] = "log10",
        ["llvm.floor"] = "floor",
        ["llvm.ceil"] = "ceil",
        ["llvm.trunc"] = "trunc",
        ["llvm.rint"] = "rint",
        ["llvm.nearbyint"] = "nearbyint",
        ["llvm.round"] = "round",
        ["llvm.roundeven"] = "roundeven",
        ["llvm.lrint"] = "lrint",
        ["llvm.llrint"] = "llrint",
        ["llvm.lround"] = "lround",
        ["llvm.llround"] = "llround",
        ["llvm.minnum"] = "fmin",
        ["llvm.maxnum"] = "fmax",
        ["llvm.ldexp"] = "ldexp",
        ["llvm.frexp"] = "frexp",
    };

    internal static void AddFor(string intrinsic, ISet<string> names)
    {
        string[] parts = intrinsic.Split('.');
        if (parts.Length < 2 || !_byIntrinsic.TryGetValue(parts[0] + "." + parts[1], out string? libcall))
            return;
        // Without a type suffix (frem) all three widths are possible.
        string suffix = parts.Length > 2 ? parts[^1] : "";
        bool any = suffix.Length == 0;
        if (any || suffix.Contains("f32", StringComparison.Ordinal) || suffix == "f16")
            names.Add(libcall + "f");
        if (any || suffix.Contains("f64", StringComparison.Ordinal))
            names.Add(libcall);
        if (any || suffix.Contains("f128", StringComparison.Ordinal))
            names.Add(libcall + "l");
    }
}

namespace Popcorn.Compiler.Driver;

internal enum LinkerOptionEffect
{
    Refuse,
    Ignore,
    StripAll,
    Relocatable,
    Map,
    RequireSymbol,
}

/// <summary>What each <c>-Wl,OPTION</c> means to a linker whose layout is fixed.</summary>
internal static class LinkerOptionTable
{
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "-rpath", "-rpath-link", "-z", "-Map", "-soname", "-h", "-m", "-dynamic-linker", "-I", "-u", "-undefined", "-O",
        "-version-script", "-T", "-e", "-entry", "-defsym", "-wrap", "-y", "-assert", "-Y",
    };

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        // Only folders named by -L are searched as it is.
        "-nostdlib",
        // Archives are searched until nothing new is found, so groups change nothing.
        "-start-group", "-end-group", "-(", "-)", "-as-needed", "-no-as-needed", "-push-state", "-pop-state",
        "-Bstatic", "-static", "-Bdynamic", "-dn", "-dy", "-rpath", "-rpath-link", "-z",
        "-soname", "-h",
        "-export-dynamic", "-E", "-gc-sections", "-no-gc-sections", "-print-gc-sections", "-O", "-O1", "-O2",
        "-sort-common",
        "-hash-style", "-build-id", "-no-undefined", "-fatal-warnings", "-no-fatal-warnings", "-warn-common", "-relax",
        "-no-relax", "-m", "-dynamic-linker", "-I", "-Bsymbolic", "-Bsymbolic-functions", "-enable-new-dtags",
        "-disable-new-dtags", "-eh-frame-hdr", "-no-keep-memory", "-v", "-verbose", "-stats", "-cref",
        "-demangle", "-no-demangle", "-pie", "-no-pie", "-icf", "-threads", "-no-threads", "-color-diagnostics",
        "-compress-debug-sections", "-discard-all", "-x", "-X", "-discard-locals", "-allow-shlib-undefined",
        "-no-allow-shlib-undefined", "-no-copy-dt-needed-entries",
        "-copy-dt-needed-entries", "-plugin", "-plugin-opt", "-warn-execstack", "-no-warn-execstack",
        "-no-warn-rwx-segments",
        "-y", "-assert", "-Y", "-version-script", "-no-warn-mismatch",
    };

    /// <summary>With one leading dash and no joined value, since linkers accept <c>--x</c> and <c>-x</c>
    /// alike.</summary>
    public static string Canonical(string option) =>
        option.StartsWith("--", StringComparison.Ordinal) ? option[1..] : option;

    public static bool TakesValue(string option) => WithValue.Contains(option);

    public static LinkerOptionEffect Effect(string option) => option switch
    {
        "-s" or "-strip-all" => LinkerOptionEffect.StripAll,
        "-S" or "-strip-debug" => LinkerOptionEffect.Ignore,
        "-r" or "-relocatable" => LinkerOptionEffect.Relocatable,
        "-Map" => LinkerOptionEffect.Map,
        "-u" or "-undefined" or "-require-defined" => LinkerOptionEffect.RequireSymbol,
        _ when Ignored.Contains(option) => LinkerOptionEffect.Ignore,
        _ when option.StartsWith("-z", StringComparison.Ordinal) => LinkerOptionEffect.Ignore,
        _ => LinkerOptionEffect.Refuse,
    };
}

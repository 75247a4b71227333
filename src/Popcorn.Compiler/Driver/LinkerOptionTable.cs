namespace Popcorn.Compiler.Driver;

internal enum LinkerOptionEffect
{
    Refuse,
    Ignore,
    StripAll,
    Relocatable,
    Map,
    RequireSymbol,

    /// <summary>All members of the archives that follow are linked.</summary>
    WholeArchives,

    /// <summary>Those of their members that define something needed are linked.</summary>
    NeededMembers,

    /// <summary>Notes which of the two is in force, for the next <see cref="RestoreState"/>.</summary>
    SaveState,
    RestoreState,
    Input,
    Library,
    Directory,
}

/// <summary>What each <c>-Wl,OPTION</c> means to a linker whose layout is fixed.</summary>
internal static class LinkerOptionTable
{
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "-rpath", "-rpath-link", "-z", "-Map", "-soname", "-h", "-m", "-dynamic-linker", "-I", "-u", "-undefined", "-O",
        "-version-script", "-T", "-e", "-entry", "-defsym", "-wrap", "-y", "-assert", "-Y",
        "-L", "-l", "-require-defined",
    };

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        // Only folders named by -L are searched as it is.
        "-nostdlib",
        // Archives are searched until nothing new is found, so groups change nothing.
        "-start-group", "-end-group", "-(", "-)", "-as-needed", "-no-as-needed",
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
        "-whole-archive" => LinkerOptionEffect.WholeArchives,
        "-no-whole-archive" => LinkerOptionEffect.NeededMembers,
        "-push-state" => LinkerOptionEffect.SaveState,
        "-pop-state" => LinkerOptionEffect.RestoreState,
        _ when option.Length > 0 && option[0] != '-' => LinkerOptionEffect.Input,
        _ when option.StartsWith("-l", StringComparison.Ordinal) => LinkerOptionEffect.Library,
        _ when option.StartsWith("-L", StringComparison.Ordinal) => LinkerOptionEffect.Directory,
        _ when Ignored.Contains(option) => LinkerOptionEffect.Ignore,
        _ when option.StartsWith("-z", StringComparison.Ordinal) => LinkerOptionEffect.Ignore,
        _ => LinkerOptionEffect.Refuse,
    };
}

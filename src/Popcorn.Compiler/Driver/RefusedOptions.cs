namespace Popcorn.Compiler.Driver;

/// <summary>
/// Options that cannot mean what they say in a program for three instruction sets, each with the reason; and those that
/// have nothing to act on and are ignored, so that makefiles written for one machine work.
/// </summary>
internal static class RefusedOptions
{
    private const string OneMachine =
        "a program is built for x86_64, aarch64 and riscv64 at once; leave the option out";

    private const string NoRuntime = "its run-time library is not part of popcorn";

    private static readonly Dictionary<string, string> Exact = new(StringComparer.Ordinal)
    {
        ["-shared"] = "a program must be one static image to have the same addresses on every machine; "
            + "link the objects into an archive instead",
        ["--shared"] = "a program must be one static image to have the same addresses on every machine; "
            + "link the objects into an archive instead",
        ["-m32"] = "programs are 64-bit: " + OneMachine,
        ["-mx32"] = "programs are 64-bit: " + OneMachine,
        ["-pg"] = NoRuntime,
        ["-p"] = NoRuntime,
        ["--coverage"] = NoRuntime,
        ["-coverage"] = NoRuntime,
        ["-fprofile-arcs"] = NoRuntime,
        ["-ftest-coverage"] = NoRuntime,
        ["-fopenmp"] = NoRuntime,
        ["-fsanitize=function"] = "it looks at the machine code in front of a function",
        ["-fsplit-stack"] = "popcorn has a data stack of its own",
        ["-mlong-double-64"] = "long double is IEEE quad on every machine",
        ["-mlong-double-80"] = "long double is IEEE quad on every machine",
    };

    // All of these name one processor, or code only one of them has.
    private static readonly (string Prefix, string Reason)[] Prefixes =
    [
        ("-march=", OneMachine),
        ("-mcpu=", OneMachine),
        ("-mabi=", OneMachine),
        ("-target", OneMachine),
        ("--target=", OneMachine),
        ("-arch", OneMachine),
        ("-fprofile-generate", NoRuntime),
        ("-fprofile-instr-generate", NoRuntime),
        ("-fcoverage-mapping", NoRuntime),
        ("-fopenmp=", NoRuntime),
        ("-fsanitize=", NoRuntime),
        ("-fxray-instrument", NoRuntime),
        ("-fplugin", "plug-ins could change the code differently from machine to machine"),
    ];

    private static readonly HashSet<string> IgnoredExact = new(StringComparer.Ordinal)
    {
        "-fPIC", "-fpic", "-fPIE", "-fpie", "-pie", "-no-pie", "-nopie", "-static", "-static-libgcc", "-static-pie",
        "-fno-pic", "-fno-PIC", "-fno-pie", "-fno-PIE", "-pthread", "-pthreads", "-pipe", "-rdynamic", "-m64",
        "-mlong-double-128",
        "-fno-plt", "-fplt", "-mno-red-zone", "-mred-zone", "-momit-leaf-frame-pointer", "-mno-omit-leaf-frame-pointer",
        "-mstackrealign", "-mrelax-all", "-fuse-linker-plugin", "-fno-use-linker-plugin", "-integrated-as",
        "-fintegrated-as",
        "-shared-libgcc", "-static-libstdc++", "-symbolic", "-fno-stack-protector", "-fno-stack-clash-protection",
        "-qopt",
        "-fno-openmp", "-fno-lto", "-ffat-lto-objects", "-fno-fat-lto-objects",
    };

    private static readonly string[] IgnoredPrefixes =
    [
        "-mtune=", "-mcmodel=", "-fstack-protector", "-fstack-clash-protection", "-fcf-protection", "-flto",
            "-fuse-ld=",
        "-fno-semantic-interposition", "-fsemantic-interposition", "-mbranch-protection=", "-ffp-contract=",
        "-frandom-seed",
    ];

    /// <summary>The reason an option is refused, or null.</summary>
    public static string? ReasonFor(string option)
    {
        if (Exact.TryGetValue(option, out string? reason))
            return reason;
        foreach ((string prefix, string prefixReason) in Prefixes)
        {
            if (option.StartsWith(prefix, StringComparison.Ordinal))
                return prefixReason;
        }

        return option.StartsWith("-m", StringComparison.Ordinal) && !IsIgnored(option) ? OneMachine : null;
    }

    /// <summary>Has no effect on a static, position-dependent, portable program.</summary>
    public static bool IsIgnored(string option)
    {
        if (IgnoredExact.Contains(option))
            return true;
        foreach (string prefix in IgnoredPrefixes)
        {
            if (option.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }

        return false;
    }
}

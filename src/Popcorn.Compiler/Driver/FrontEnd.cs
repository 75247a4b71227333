namespace Popcorn.Compiler.Driver;

/// <summary>
/// The clang command lines. There is one target whatever the machine (DESIGN 1): riscv64's <c>va_list</c> is a plain
/// pointer, its <c>long double</c> IEEE quad, its aggregates are passed without <c>byval</c>; the module's triple is
/// replaced right after.
/// </summary>
internal sealed class FrontEnd(Installation installation, ToolProcess tools)
{
    // `clang-19 --target=riscv64-linux-musl -mabi=lp64 -dM -E` of clang 19.1.7, less __riscv_misaligned_*; programs
    // must take the portable path. FrontEndTests compares this list with the installed clang's.
    internal static readonly string[] TargetMacros =
    [
        "__riscv", "__riscv_a", "__riscv_arch_test", "__riscv_atomic", "__riscv_c", "__riscv_cmodel_medlow",
            "__riscv_compressed",
        "__riscv_d", "__riscv_div", "__riscv_f", "__riscv_fdiv", "__riscv_flen", "__riscv_float_abi_soft",
        "__riscv_fsqrt",
        "__riscv_i", "__riscv_m", "__riscv_misaligned_avoid", "__riscv_mul", "__riscv_muldiv", "__riscv_xlen",
        "__riscv_zicsr",
        "__riscv_zmmul",
    ];

    private readonly Installation _installation = installation;
    private readonly ToolProcess _tools = tools;

    /// <summary>Source to unoptimised bitcode. Returns clang's exit code; its messages went to our standard
    /// error.</summary>
    public int ToBitcode(DriverRequest request, DriverInput input, string bitcodePath, string objectPath)
    {
        List<string> arguments = CommonArguments(request);
        // Optimised once for all ISAs by PortableModule, with its own cost model; at -O0 nothing may be marked optnone,
        // or no local could leave memory.
        arguments.AddRange(["-emit-llvm", "-c", "-Xclang", "-disable-llvm-passes", "-Xclang", "-disable-O0-optnone"]);
        AddDependencyDefaults(request, objectPath, arguments);
        AddInput(input, arguments);
        arguments.AddRange(["-o", bitcodePath]);
        return _tools.Run(ToolProcess.Clang, arguments);
    }

    /// <summary><c>-E</c>, <c>-M</c>, <c>-MM</c>, <c>-fsyntax-only</c>: clang does it all.</summary>
    public int PassThrough(DriverRequest request, DriverInput input, string? outputPath)
    {
        List<string> arguments = CommonArguments(request);
        if (request.Action == DriverAction.Syntax)
            arguments.Add("-fsyntax-only");
        AddInput(input, arguments);
        if (outputPath is not null)
            arguments.AddRange(["-o", outputPath]);
        return _tools.Run(ToolProcess.Clang, arguments);
    }

    internal List<string> CommonArguments(DriverRequest request)
    {
        List<string> arguments =
        [
            "--target=riscv64-linux-musl", "-fsigned-char", "-fno-pic", "-nostdlibinc",
            // Structs are passed as words. As one or two floating-point values, which lp64d asks for, clang 19 stores
            // packed ones with bit-fields beyond their end.
            "-mabi=lp64",
            // musl never sets errno in math functions, so sqrt and friends may be instructions.
            "-fno-math-errno",
            // Names of live values, for inspect and for the verifier's messages.
            "-fno-discard-value-names",
        ];
        foreach (string macro in TargetMacros)
            arguments.Add("-U" + macro);
        arguments.Add("-D__popcorn__=1");
        arguments.AddRange(request.FrontEndArguments);
        if (request.StandardIncludes)
            arguments.AddRange(["-isystem", _installation.Include]);
        // Last, to win over the user's: a fused multiply-add exists on two ISAs only and rounds differently; stack
        // protectors are per-ISA code, and arrays are on the data stack, away from return addresses.
        arguments.AddRange(["-ffp-contract=off", "-fno-stack-protector", "-Wno-unused-command-line-argument"]);
        return arguments;
    }

    // clang names the dependency file and its target after -o, which here is a temporary name.
    private static void AddDependencyDefaults(DriverRequest request, string objectPath, List<string> arguments)
    {
        if (!request.Dependencies.Wanted)
            return;
        if (!request.Dependencies.FileGiven)
            arguments.AddRange(["-MF", Path.ChangeExtension(objectPath, ".d")]);
        if (!request.Dependencies.TargetGiven)
            arguments.AddRange(["-MT", objectPath]);
    }

    private static void AddInput(DriverInput input, List<string> arguments)
    {
        if (input.Language is not null)
            arguments.AddRange(["-x", input.Language]);
        arguments.Add(input.Name);
    }
}

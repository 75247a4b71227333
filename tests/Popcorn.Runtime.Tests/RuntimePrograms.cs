using Popcorn.Core;
using Popcorn.Testing;

namespace Popcorn.Runtime.Tests;

/// <summary>
/// The runtime and its test programs (tests/cases/runtime), built for every ISA into build/tests/runtime, and the harness that
/// moves them. They are native C with hand-written resume functions, so the runtime is tested without the compiler.
/// </summary>
public sealed class RuntimePrograms
{
    public static readonly string[] Names = ["loop", "sleep", "threads", "signals", "arena", "kernel", "overflow"];

    private readonly string _folder;

    public RuntimePrograms()
    {
        string root = CloneRoot.Path;
        _folder = Directory.CreateDirectory(Path.Combine(root, "build", "tests", "runtime")).FullName;
        string cases = Path.Combine(root, "tests", "cases", "runtime");
        string include = "-I" + Path.Combine(root, "runtime", "include");
        Harness = Path.Combine(_folder, "harness");
        Include = include;
        Shell.MustRun("clang-19", "-O1", "-Wall", "-Werror", include, Path.Combine(cases, "harness.c"), "-o", Harness);
        foreach (Isa isa in IsaNames.All)
        {
            string objects = Path.Combine(_folder, isa.Name());
            Shell.MustRun(Path.Combine(root, "runtime", "build"), isa.Name(), objects);
            foreach (string name in Names)
            {
                string unit = Path.Combine(objects, name + ".o");
                Shell.MustRun("clang-19",
                [
                    $"--target={isa.Name()}-linux-gnu", "-O1", "-g", "-std=gnu11", "-ffreestanding", "-fno-builtin", "-fno-pic",
                    "-fno-stack-protector", "-Wall", "-Wextra", "-Werror", include, .. MachineFlags(isa),
                    "-c", Path.Combine(cases, name + ".c"), "-o", unit,
                ]);
                Shell.MustRun("ld.lld-19", "-static", "-z", "norelro", "-T", Path.Combine(cases, "common.ld"),
                    "-o", Program(name, isa), Path.Combine(objects, "popcorn-runtime.o"), unit);
            }
        }
    }

    public string Harness { get; }

    public string Include { get; }

    public string Folder => _folder;

    public string Program(string name, Isa isa) => Path.Combine(_folder, $"{name}.{isa.Name()}");

    internal ShellResult RunUnmoved(string name, Isa isa) => isa == Isa.X86_64
        ? Shell.Run(Program(name, isa))
        : Shell.Run($"qemu-{isa.Name()}-static", Program(name, isa));

    private static string[] MachineFlags(Isa isa) => isa switch
    {
        Isa.X86_64 => ["-fcf-protection=none"],
        Isa.AArch64 => ["-mno-outline-atomics"],
        _ => ["-march=rv64gc", "-mabi=lp64d", "-mno-relax"],
    };
}

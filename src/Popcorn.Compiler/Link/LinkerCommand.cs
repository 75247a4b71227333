using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>The lld command line of one ISA. Everything that could make two ISAs' layouts differ is switched
/// off.</summary>
internal static class LinkerCommand
{
    public static List<string> Arguments(
        Isa isa, string scriptPath, ContentHash buildId, IEnumerable<string> inputs, string outputPath)
    {
        List<string> arguments =
        [
            "-m", EmulationOf(isa), "-static", "-nostdlib", "-T", scriptPath, $"--build-id=0x{Hexadecimal(buildId)}",
            "--orphan-handling=error", "--no-relax", "--icf=none", "--no-gc-sections", "--eh-frame-hdr",
            // -O0 also keeps lld from merging strings, of which each ISA has its own.
            "-O0", "-z", "max-page-size=4096", "-z", "norelro", "-z", "nognustack", "--no-dynamic-linker",
            // RISC-V code has a local label for every address it computes.
            "--discard-locals",
        ];
        arguments.AddRange(inputs);
        arguments.AddRange(["-o", outputPath]);
        return arguments;
    }

    private static string EmulationOf(Isa isa) => isa switch
    {
        Isa.X86_64 => "elf_x86_64",
        Isa.AArch64 => "aarch64linux",
        _ => "elf64lriscv",
    };

    // In byte order, so that the note holds exactly the bytes that the state map's header does.
    private static string Hexadecimal(ContentHash hash) => Convert.ToHexStringLower(hash.ToArray());
}

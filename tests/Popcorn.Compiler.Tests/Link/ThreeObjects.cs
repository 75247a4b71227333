using System.Diagnostics;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Tests.Link;

/// <summary>Objects and links of the three ISAs made with the LLVM tools alone, without our code generator.</summary>
internal static class ThreeObjects
{
    private static readonly Dictionary<Isa, string[]> Targets = new()
    {
        [Isa.X86_64] = ["-mtriple=x86_64-linux-musl"],
        [Isa.AArch64] = ["-mtriple=aarch64-linux-musl"],
        [Isa.RiscV64] = ["-mtriple=riscv64-linux-musl", "-mattr=+m,+a,+f,+d,+c", "-target-abi=lp64d"],
    };

    public static IReadOnlyDictionary<Isa, ElfFile> Generate(string ir, params IEnumerable<Isa> isas) =>
        isas.DefaultIfEmpty().SelectMany(isa => isa == default ? IsaNames.All : [isa])
            .ToDictionary(isa => isa, isa => Generate(ir, isa));

    public static ElfFile Generate(string ir, Isa isa)
    {
        string folder = Directory.CreateTempSubdirectory("popcorn-test-").FullName;
        try
        {
            string source = Path.Combine(folder, "in.ll");
            string target = Path.Combine(folder, "out.o");
            File.WriteAllText(source, ir);
            Run("llc-19", [.. Targets[isa], "-relocation-model=static", "-O2", "-filetype=obj", source, "-o", target]);
            return ElfFile.Parse(File.ReadAllBytes(target), $"test.o ({isa.Name()})");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static string Run(string tool, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(tool, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{tool} {string.Join(' ', start.ArgumentList)}\n{errors.GetAwaiter().GetResult()}{output}");
        return output;
    }
}

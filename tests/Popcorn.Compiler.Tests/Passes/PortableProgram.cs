using Popcorn.Compiler.Tests.Link;
using Popcorn.Core;

namespace Popcorn.Compiler.Tests.Passes;

/// <summary>C source taken through the whole compiler as a program of one module, without libc and without
/// linking.</summary>
internal static class PortableProgram
{
    /// <summary>What the front end hands to <see cref="PortableModule"/>.</summary>
    internal static byte[] RawBitcode(string sourcePath, OptimisationLevel level, params string[] more)
    {
        string output = Path.GetTempFileName();
        try
        {
            ThreeObjects.Run(
                "clang-19",
                [
                    "--target=riscv64-linux-musl", "-fsigned-char", "-fno-pic", "-ffp-contract=off", "-ffreestanding",
                    "-fno-discard-value-names", "-" + level, "-Xclang", "-disable-llvm-passes", "-Xclang",
                    "-disable-O0-optnone",
                    "-emit-llvm", "-c", sourcePath, "-o", output, .. more,
                ]);
            return File.ReadAllBytes(output);
        }
        finally
        {
            File.Delete(output);
        }
    }

    internal static byte[] RawBitcodeOf(string source, OptimisationLevel level, params string[] more)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("popcorn-test-").FullName, "case.c");
        File.WriteAllText(path, source);
        try
        {
            return RawBitcode(path, level, more);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    internal static byte[] Optimise(byte[] raw, string name, OptimisationLevel level, bool points = true)
    {
        DiagnosticSink sink = new();
        byte[]? portable = PortableModule.Optimise(raw, name, level, sink, points);
        Assert.True(portable is not null, string.Join('\n', sink.All));
        return portable;
    }

    /// <summary>The text of the IR after a pass.</summary>
    internal static string Instrument(byte[] portable, string name, string after)
    {
        string path = Path.GetTempFileName();
        try
        {
            CodegenOptions options = new() { EmitAfterPass = after, EmitPath = path, VerifyEachPass = true };
            Compile(portable, name, options, new Dictionary<Isa, string>());
            return File.ReadAllText(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static Dictionary<Isa, byte[]> Objects(byte[] portable, string name, CodegenOptions options)
    {
        string folder = Directory.CreateTempSubdirectory("popcorn-test-").FullName;
        try
        {
            Dictionary<Isa, string> paths = IsaNames.All.ToDictionary(
                i => i, i => Path.Combine(folder, i.Name() + ".o"));
            Compile(portable, name, options, paths);
            return paths.ToDictionary(p => p.Key, p => File.ReadAllBytes(p.Value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compile(
        byte[] portable, string name, CodegenOptions options, IReadOnlyDictionary<Isa, string> objectPaths)
    {
        ParkAnalysis park = ParkAnalysis.Solve([ModuleSummary.Read(portable, name)]);
        DiagnosticSink sink = new();
        bool compiled = ModuleCodegen.Compile(portable, name, park, options, objectPaths, sink);
        Assert.True(compiled, string.Join('\n', sink.All));
    }
}

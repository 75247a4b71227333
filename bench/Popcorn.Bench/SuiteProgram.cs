namespace Popcorn.Bench;

/// <summary>One program of the suite.</summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Executable">Rows with the same one share their builds.</param>
/// <param name="Sources">Its C files; asked only when it is built, since some are fetched.</param>
/// <param name="Flags">Compiler flags beyond <c>-O2</c>.</param>
/// <param name="Arguments">For the table of times: some tenths of a second.</param>
/// <param name="SmallArguments">For instruction counts, which take fifty times as long.</param>
internal sealed record SuiteProgram(
    string Name, string Executable, Func<IReadOnlyList<string>> Sources, Func<IReadOnlyList<string>> Flags,
    string[] Arguments, string[] SmallArguments)
{
    public static IReadOnlyList<SuiteProgram> All { get; } =
    [
        Kernel("matmul", "520", "120"),
        Kernel("multigrid", "7", "5"),
        Kernel("fft", "17", "12"),
        Kernel("conjugate", "100000", "4000"),
        Kernel("lu", "900", "160"),
        Kernel("bucketsort", "21", "15"),
        Kernel("random", "9000", "200"),
        Kernel("nbody", "1500", "20"),
        Kernel("mandelbrot", "800", "90"),
        Kernel("tree", "60", "8"),
        Kernel("hashtable", "2000", "60"),
        Kernel("list", "40", "8"),
        Kernel("machine", "12000000", "400000"),
        Lua("fib", "32", "19"),
        Lua("sort", "300000", "4000"),
        Lua("strings", "150000", "2500"),
        Lua("gc", "18", "4"),
        new("Duktape", "javascript", () => [Program("javascript.c"), SourceBuild.Package("duktape") + "/src/duktape.c"],
            () => ["-I" + SourceBuild.Package("duktape") + "/src", "-w"],
            [Path.Combine(Programs, "workload.js"), "60000"], [Path.Combine(Programs, "workload.js"), "1500"]),
        Compressor("zlib", "USE_ZLIB", "zlib", ["."], name => !name.StartsWith("gz", StringComparison.Ordinal), "1200", "40"),
        Compressor("bzip2", "USE_BZIP2", "bzip2", ["."], name => BzipFiles.Contains(name), "700", "24"),
        Compressor("lz4", "USE_LZ4", "lz4", ["lib"], name => name == "lz4.c", "12000", "600"),
        Compressor("zstd", "USE_ZSTD", "libzstd", ["lib/common", "lib/compress", "lib/decompress"], _ => true, "3000", "150"),
        new("SQLite speedtest1", "sqlite", () => SqliteBuild.Sources(), () => SqliteBuild.Flags(),
            ["--size", "12", ":memory:"], ["--size", "1", "--testset", "main", ":memory:"]),
    ];

    private static string Programs => Path.Combine(Shell.Root, "bench", "programs");

    private static readonly string[] BzipFiles =
        ["blocksort.c", "bzlib.c", "compress.c", "crctable.c", "decompress.c", "huffman.c", "randtable.c"];

    private static string Program(string file) => Path.Combine(Programs, file);

    private static SuiteProgram Kernel(string name, string argument, string small) =>
        new(name, name, () => [Program(name + ".c")], () => [], [argument], [small]);

    private static SuiteProgram Lua(string script, string argument, string small) =>
        new("Lua " + script, "lua", LuaBuild.Sources, () => LuaBuild.Flags,
            [LuaBuild.Script(script), argument], [LuaBuild.Script(script), small]);

    /// <summary>
    /// A library round a driver of ours. Code written for one ISA (intrinsics, assembler) is off everywhere: the ratio is
    /// to measure the compiler.
    /// </summary>
    private static SuiteProgram Compressor(
        string name, string macro, string package, string[] folders, Func<string, bool> wanted, string argument, string small)
    {
        IEnumerable<string> Folders() => folders.Select(f => Path.GetFullPath(f, SourceBuild.Package(package)));
        return new(name, name,
            () => [Program("squeeze.c"), .. Folders().SelectMany(f => Directory.EnumerateFiles(f, "*.c"))
                .Where(f => wanted(Path.GetFileName(f))).Order()],
            () => ["-D" + macro, "-DBZ_NO_STDIO", "-DZSTD_DISABLE_ASM=1", "-DDYNAMIC_BMI2=0", "-DZSTD_NO_INTRINSICS",
                .. Folders().Select(f => "-I" + f), "-I" + Path.Combine(SourceBuild.Package(package), "lib")],
            [argument], [small]);
    }
}

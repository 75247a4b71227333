namespace Popcorn.Compiler.Driver;

/// <summary>Command lines that only ask: <c>--version</c>, <c>-dumpmachine</c>, <c>-print-…</c>.</summary>
internal sealed class DriverQueries(Installation installation, TextWriter output)
{
    // No processor's name: scripts that pick hand-written assembly by it must find none and take the C version.
    internal const string Machine = "popcorn-unknown-linux-musl";

    // clang's, since configure scripts decide by it what the compiler can do.
    private const string ClangVersion = "19.1.7";

    private readonly Installation _installation = installation;
    private readonly TextWriter _output = output;

    /// <summary>Answers if the arguments are such a question.</summary>
    public bool TryAnswer(IReadOnlyList<string> arguments)
    {
        foreach (string argument in arguments)
        {
            if (Answer(argument) is string answer)
            {
                _output.WriteLine(answer);
                return true;
            }
        }

        return false;
    }

    internal static string VersionText =>
        $"popcorn cc: clang version {ClangVersion}\nTarget: {Machine}\nThread model: posix";

    private string? Answer(string argument)
    {
        switch (argument)
        {
            case "--version" or "-version":
                return VersionText;
            case "--help" or "-help":
                return HelpText;
            case "-dumpmachine" or "--print-target-triple" or "-print-target-triple" or "-print-effective-triple":
                return Machine;
            case "-dumpversion" or "-dumpfullversion":
                return ClangVersion;
            case "-print-search-dirs" or "--print-search-dirs":
                return $"programs: =\nlibraries: ={_installation.Libraries}";
            case "-print-sysroot" or "--print-sysroot":
                return _installation.Sysroot;
            case "-print-multi-os-directory" or "-print-multi-directory" or "--print-multi-directory":
                return ".";
            case "-print-multiarch" or "--print-multiarch":
                return "";
            case "-print-libgcc-file-name" or "--print-libgcc-file-name":
                return Path.Combine(_installation.Libraries, "libgcc.a");
            default:
                return Valued(argument);
        }
    }

    private string? Valued(string argument)
    {
        string bare = argument.StartsWith("--", StringComparison.Ordinal) ? argument[1..] : argument;
        if (bare.StartsWith("-print-file-name=", StringComparison.Ordinal))
        {
            // As gcc does: the name itself when there is no such file.
            string name = bare["-print-file-name=".Length..];
            string path = Path.Combine(_installation.Libraries, name);
            return File.Exists(path) ? path : name;
        }

        return bare.StartsWith("-print-prog-name=", StringComparison.Ordinal)
            ? bare["-print-prog-name=".Length..] : null;
    }

    private const string HelpText = """
        usage: popcorn cc [options] file...

        Compiles C into one program for x86_64, aarch64 and riscv64 that can move between them while it runs.
        Takes the options of gcc and clang; set CC="popcorn cc" AR="popcorn ar" RANLIB="popcorn ranlib" in a
        build. What differs:

          -c              the object is portable LLVM bitcode
          -S              the text of that bitcode: there is no one machine to write assembly for
          -o app          app for this machine, and app.popcorn/ with one executable for each machine and the state map
          -march= -m...   refused, like everything that names one processor;
                          -fPIC, -static, -pthread and -mtune= are ignored
          -shared         refused: a program is one static image

          -fpopcorn-points=none    no migration points in this file
          -fpopcorn-no-sites       a program that cannot be moved, for comparing speed
          --emit=ir-after:PASS     stop after a pass and write the IR
        """;
}

namespace Popcorn.Cli.Demonstration;

/// <summary>An interpreter for the demo: where it comes from, how its own makefiles build it, what it runs.</summary>
/// <param name="Name">For <c>--program</c>.</param>
/// <param name="Title">For messages.</param>
/// <param name="SourcePackage">The distribution's.</param>
/// <param name="Steps">Commands in the copied source tree, each a list of words.</param>
/// <param name="Executable">Where the steps leave it, in the tree.</param>
/// <param name="Script">In <c>demo/</c>.</param>
/// <param name="Command">Arguments that run the script, whose path is put in place of <c>SCRIPT</c>.</param>
internal sealed record DemoLanguage(
    string Name, string Title, string SourcePackage, IReadOnlyList<IReadOnlyList<string>> Steps, string Executable,
    string Script, IReadOnlyList<string> Command)
{
    // Makes some seconds of computation out of a script that takes a fraction of one.
    private const string LuaRounds = "arg = { '5' } for i = 1, 20 do dofile('SCRIPT') end";

    public static IReadOnlyList<DemoLanguage> All { get; } =
    [
        new("lua", "Lua 5.4", "lua5.4",
            [["make", "-C", "src", "lua", "CC=popcorn-cc", "AR=popcorn-ar rcu", "RANLIB=popcorn-ranlib",
                "SYSCFLAGS=-DLUA_USE_POSIX"]],
            "src/lua", "primes.lua", ["-e", LuaRounds]),
        new("javascript", "Duktape, a JavaScript engine,", "duktape",
            [["make", "-f", "Makefile.cmdline", "CC=popcorn-cc"]],
            "duk", "life.js", ["SCRIPT"]),
        // Its modules are linked in, those that need a library of their own left out.
        new("python", "CPython 3.11, the Python interpreter,", "python3.11",
            [
                ["env", "MODULE_BUILDTYPE=static", "./configure", "-C", "--disable-shared", "--without-ensurepip",
                    "--disable-test-modules"],
                ["sh", "-c", "grep -vE '^(zlib|_lzma|_crypt|nis|_uuid|spwd|\\*shared\\*|xxlimited)' "
                    + "Modules/Setup.stdlib >Modules/Setup.local"],
                ["make", "python", "pybuilddir.txt", "OPT=-DNDEBUG -fwrapv -O2", "MODULE_BINASCII_CFLAGS=",
                    "MODULE_BINASCII_LDFLAGS="],
            ],
            "python", "life.py", ["-S", "SCRIPT"]),
    ];
}

using System.Diagnostics;

namespace Popcorn.Node.Tests;

/// <summary>Programs built by <c>popcorn cc</c> from the distribution's unmodified source packages, each once a
/// clone.</summary>
internal static class BuiltPackages
{
    private static readonly Lazy<string> BuiltRedis = new(() => Build(
        "redis",
        "src/redis-server",
        "make -C src -j2 redis-server MALLOC=libc CC=\"$CC\" AR=\"$AR\" RANLIB=\"$RANLIB\" OPTIMIZATION=-O2 V=1"));

    private static readonly Lazy<string> BuiltNginx = new(() => Build(
        "nginx",
        "objs/nginx",
        "[ -e Makefile ] || ./configure --with-cc=\"$CC\" --with-cc-opt=-Wno-error --without-http_rewrite_module " +
        "--without-http_gzip_module\n" +
        "make -j2"));

    private static readonly Lazy<string> BuiltXz = new(() => Build(
        "xz-utils",
        "src/xz/xz",
        "[ -e Makefile ] || ./configure --disable-nls --disable-doc --disable-scripts\n" +
        "make -j2"));

    public static string Redis => BuiltRedis.Value;

    public static string Nginx => BuiltNginx.Value;

    public static string Xz => BuiltXz.Value;

    /// <summary>Returns the program's path.</summary>
    /// <param name="make">Run in a copy of the package's tree with <c>popcorn env</c> in its environment.</param>
    private static string Build(string package, string program, string make)
    {
        string folder = Path.Combine(Repository.Root, "build", "load", package);
        string log = folder + ".log";
        string script = $"""
            set -euo pipefail
            tree=$("{Repository.Root}/tools/fetch-source" {package})
            mkdir -p "{folder}"
            [ -e "{folder}/.complete" ] || cp -a "$tree/." "{folder}/"
            cd "{folder}"
            eval "$("{Repository.Popcorn}" env)"
            # Linked again: what a program brings along of popcorn may be of an earlier build.
            rm -f "{program}"
            {make}
            """;
        ProcessStartInfo start = new("bash", ["-c", $"{{ {script}\n}} >'{log}' 2>&1 </dev/null"]);
        Directory.CreateDirectory(folder);
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"building {package} failed; see {log}");
        return Path.Combine(folder, program);
    }
}

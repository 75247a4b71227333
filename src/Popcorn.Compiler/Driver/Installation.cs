using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>
/// The clone this command belongs to and what <c>./setup</c> built in it. Nothing is looked for anywhere else, so two
/// clones never mix.
/// </summary>
public sealed class Installation
{
    private Installation(string root, string? sysroot = null)
    {
        Root = root;
        Sysroot = sysroot ?? Path.Combine(root, "build", "sysroot");
    }

    public string Root { get; }

    /// <summary>Headers and libc of the programs: <c>include/</c>, <c>lib/</c>.</summary>
    public string Sysroot { get; }

    public string Include => Path.Combine(Sysroot, "include");

    public string Libraries => Path.Combine(Sysroot, "lib");

    /// <summary>Code generated before, by content; may be deleted at any time. <c>POPCORN_CACHE</c> names another
    /// folder.</summary>
    public string Cache => Environment.GetEnvironmentVariable("POPCORN_CACHE") is { Length: > 0 } folder
        ? Path.GetFullPath(folder)
        : Path.Combine(Root, "build", "cache");

    /// <summary>libc's generated objects, kept apart from the cache so that they are never evicted.</summary>
    public string LibcObjects => Path.Combine(Root, "build", "libc-objects");

    /// <summary>The normalised runtime objects of one ISA.</summary>
    public string RuntimeObjects(Isa isa) => Path.Combine(Sysroot, "lib", "runtime", isa.Name());

    /// <summary>Finds the clone above the running program, wherever below <c>build/</c> that is.</summary>
    public static Installation Locate()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Popcorn.slnx")))
                return new Installation(folder.FullName);
        }

        throw new DriverException(
            $"no popcorn clone around {AppContext.BaseDirectory}: the command works from build/bin of the clone "
            + "that built it");
    }

    /// <summary>The same clone with a sysroot that is still being built.</summary>
    public Installation WithSysroot(string folder) => new(Root, Path.GetFullPath(folder));

    internal static Installation At(string root) => new(root);
}

using Popcorn.Compiler.Driver;

namespace Popcorn.Compiler.Link;

/// <summary>Finds the archive of <c>-lNAME</c>.</summary>
internal sealed class LibrarySearch(IReadOnlyList<string> directories, string sysrootLibraries)
{
    // Parts of libc, or of what every program gets anyway; distributions have them as files of their own.
    private static readonly HashSet<string> Included = new(StringComparer.Ordinal)
    {
        "c", "gcc", "gcc_s", "gcc_eh", "m", "rt", "pthread", "crypt", "util", "xnet", "resolv", "dl", "ssp",
            "ssp_nonshared",
    };

    private readonly IReadOnlyList<string> _directories = directories;
    private readonly string _sysrootLibraries = sysrootLibraries;

    /// <summary>The archive's path; null when the library is part of libc.</summary>
    public string? Find(string name)
    {
        string file = name.StartsWith(':') ? name[1..] : $"lib{name}.a";
        string? shared = null;
        foreach (string directory in _directories.Append(_sysrootLibraries))
        {
            string path = Path.Combine(directory, file);
            if (File.Exists(path))
                return directory == _sysrootLibraries && Included.Contains(name) ? null : path;
            string sharedPath = Path.Combine(directory, $"lib{name}.so");
            if (File.Exists(sharedPath))
                shared ??= sharedPath;
        }

        if (Included.Contains(name))
            return null;
        throw new DriverException(shared is null
            ? $"unable to find library -l{name}"
            : $"library -l{name}: '{shared}' is a shared library; build the static one, lib{name}.a, with popcorn cc");
    }
}

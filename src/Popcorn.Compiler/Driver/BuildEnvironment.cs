namespace Popcorn.Compiler.Driver;

/// <summary>The variables that make a package's own build system use popcorn's compiler.</summary>
public static class BuildEnvironment
{
    public static IReadOnlyList<(string Name, string Value)> Variables(Installation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return
        [
            // One word each: many makefiles, and libtool, take the first word of a compiler to be all of it.
            ("CC", "popcorn-cc"),
            ("AR", "popcorn-ar"),
            ("RANLIB", "popcorn-ranlib"),
            ("NM", "popcorn-nm"),
            // The machine's own libraries are for one ISA; pkg-config must not offer them.
            ("PKG_CONFIG_LIBDIR", Path.Combine(installation.Libraries, "pkgconfig")),
            ("CONFIG_SITE", Path.Combine(installation.Root, "tools", "config.site")),
        ];
    }

    /// <summary>Where those commands are; to be put in front of <c>PATH</c>.</summary>
    public static string Commands(Installation installation)
    {
        ArgumentNullException.ThrowIfNull(installation);
        return Path.Combine(installation.Root, "build", "bin");
    }
}

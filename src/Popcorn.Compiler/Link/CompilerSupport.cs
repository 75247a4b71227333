using Popcorn.Compiler.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>
/// libgcc of each ISA: quad arithmetic and other instructions a processor may lack. Its code is private to the ISA, so
/// the archives go to lld as they are; <c>./setup</c> links them into the sysroot.
/// </summary>
internal static class CompilerSupport
{
    public static string PathFor(Installation installation, Isa isa) =>
        Path.Combine(installation.RuntimeObjects(isa), "libgcc.a");

    /// <summary>Names that every ISA's libgcc defines, read only when a program needs one by name.</summary>
    public static HashSet<string> CommonNames(Installation installation)
    {
        HashSet<string>? names = null;
        foreach (Isa isa in IsaNames.All)
        {
            HashSet<string> own = NamesIn(PathFor(installation, isa));
            if (names is null)
                names = own;
            else
                names.IntersectWith(own);
        }

        return names ?? [];
    }

    private static HashSet<string> NamesIn(string archive)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        if (!File.Exists(archive))
            return names;
        foreach (ArchiveMember member in Archive.Read(File.ReadAllBytes(archive), archive))
        {
            ElfFile file = ElfFile.Parse(member.Bytes, $"{archive}({member.Name})");
            foreach (ElfSymbol symbol in file.Symbols.All)
            {
                if (symbol.IsDefined && symbol.Binding != ElfConstants.STB_LOCAL)
                    names.Add(symbol.Name);
            }
        }

        return names;
    }
}

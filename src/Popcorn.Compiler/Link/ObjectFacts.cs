using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>What the linker script must know of one module's three objects, kept beside them so that no link parses
/// them again.</summary>
/// <param name="PrivateBytes">The most private text and read-only data it has on any ISA.</param>
/// <param name="HasTls">It has thread-local variables.</param>
/// <param name="UserSections">Names of sections the program itself chose.</param>
/// <param name="Libcalls">Functions that back ends call although the portable module does not name them.</param>
internal sealed record ObjectFacts(
    ulong PrivateBytes, bool HasTls, IReadOnlyList<string> UserSections, IReadOnlyList<string> Libcalls)
{
    public const string FileName = "facts";

    public const uint Version = 2;

    /// <param name="objects">One for each ISA.</param>
    /// <param name="named">Symbols that the module's summary names.</param>
    public static ObjectFacts Of(IReadOnlyCollection<ElfFile> objects, IReadOnlySet<string> named)
    {
        ulong privateBytes = 0;
        bool hasTls = false;
        List<string> userSections = [];
        foreach (ElfFile file in objects)
        {
            ulong bytes = 0;
            foreach (ElfSection section in file.Sections)
            {
                if (!section.IsLoaded)
                    continue;
                hasTls |= section.Name.StartsWith(".pop.tls.", StringComparison.Ordinal);
                if (SectionPlacement.IsUserSection(section.Name) && !userSections.Contains(section.Name))
                    userSections.Add(section.Name);
                if (!SectionPlacement.IsCommon(section.Name) && (section.Flags & ElfConstants.SHF_WRITE) == 0)
                    bytes += section.Size + section.Alignment;
            }

            privateBytes = Math.Max(privateBytes, bytes);
        }

        return new ObjectFacts(privateBytes, hasTls, userSections, LibcallsOf(objects, named));
    }

    public byte[] ToBytes()
    {
        FieldWriter writer = new();
        writer.U32(Version);
        writer.U64(PrivateBytes);
        writer.U8(HasTls ? (byte)1 : (byte)0);
        Write(writer, UserSections);
        Write(writer, Libcalls);
        return writer.Written.ToArray();
    }

    public static ObjectFacts FromBytes(ReadOnlySpan<byte> bytes, string where)
    {
        FieldReader reader = new(bytes, where);
        if (reader.U32() != Version)
            throw new BadInputException(where, 0, "object facts of another version");
        ulong privateBytes = reader.U64();
        bool hasTls = reader.U8() != 0;
        return new ObjectFacts(privateBytes, hasTls, ReadTexts(ref reader), ReadTexts(ref reader));
    }

    private static void Write(FieldWriter writer, IReadOnlyList<string> texts)
    {
        writer.Uleb128((ulong)texts.Count);
        foreach (string text in texts)
            writer.Text(text);
    }

    private static List<string> ReadTexts(ref FieldReader reader)
    {
        List<string> texts = [];
        for (ulong count = reader.Uleb128(); count > 0; count--)
            texts.Add(reader.Text());
        return texts;
    }

    private static List<string> LibcallsOf(IEnumerable<ElfFile> objects, IReadOnlySet<string> named)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (ElfSymbol symbol in objects.SelectMany(file => file.Symbols.All))
        {
            if (symbol.Name.Length > 0 && !symbol.IsDefined && !named.Contains(symbol.Name))
                names.Add(symbol.Name);
        }

        return [.. names];
    }
}

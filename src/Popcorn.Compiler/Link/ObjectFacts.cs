using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>What the linker script must know of one module's three objects, kept beside them so that no link parses them again.</summary>
/// <param name="PrivateBytes">The most private text and read-only data it has on any ISA.</param>
/// <param name="HasTls">It has thread-local variables.</param>
/// <param name="UserSections">Names of sections the program itself chose.</param>
internal sealed record ObjectFacts(ulong PrivateBytes, bool HasTls, IReadOnlyList<string> UserSections)
{
    public const string FileName = "facts";

    private const uint Version = 1;

    public static ObjectFacts Of(IEnumerable<ElfFile> objects)
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

        return new ObjectFacts(privateBytes, hasTls, userSections);
    }

    public byte[] ToBytes()
    {
        FieldWriter writer = new();
        writer.U32(Version);
        writer.U64(PrivateBytes);
        writer.U8(HasTls ? (byte)1 : (byte)0);
        writer.Uleb128((ulong)UserSections.Count);
        foreach (string name in UserSections)
            writer.Text(name);
        return writer.Written.ToArray();
    }

    public static ObjectFacts FromBytes(ReadOnlySpan<byte> bytes, string where)
    {
        FieldReader reader = new(bytes, where);
        if (reader.U32() != Version)
            throw new BadInputException(where, 0, "object facts of another version");
        ulong privateBytes = reader.U64();
        bool hasTls = reader.U8() != 0;
        List<string> userSections = [];
        for (ulong count = reader.Uleb128(); count > 0; count--)
            userSections.Add(reader.Text());
        return new ObjectFacts(privateBytes, hasTls, userSections);
    }
}

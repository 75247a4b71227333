using System.Text;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>
/// A Unix <c>ar</c> archive, GNU flavour, also a thin one. The archive's own symbol table is not read: GNU <c>ar</c>
/// leaves bitcode members out of it, and the linker has their summaries.
/// </summary>
internal static class Archive
{
    private const int HeaderBytes = 60;

    public static bool IsArchive(ReadOnlySpan<byte> bytes) => bytes.StartsWith("!<arch>\n"u8) || IsThin(bytes);

    /// <exception cref="BadInputException">The archive is malformed.</exception>
    public static List<ArchiveMember> Read(ReadOnlyMemory<byte> bytes, string path)
    {
        bool thin = IsThin(bytes.Span);
        FieldReader reader = new(bytes.Span, path);
        reader.Bytes(8);
        ReadOnlyMemory<byte> longNames = default;
        List<ArchiveMember> members = [];
        while (reader.Remaining >= HeaderBytes)
        {
            int start = reader.Offset;
            string name = Field(ref reader, 16);
            reader.Bytes(12 + 6 + 6 + 8);
            string size = Field(ref reader, 10);
            if (!reader.Bytes(2).SequenceEqual("`\n"u8) || !long.TryParse(size, out long count) || count < 0)
                throw new BadInputException(path, start, "archive member header is malformed");

            bool special = name is "/" or "//" or "/SYM64/" || name.StartsWith("__.SYMDEF", StringComparison.Ordinal);
            if (thin && !special)
            {
                members.Add(ThinMember(path, MemberName(name, longNames, path, start)));
                continue;
            }

            int content = reader.Offset;
            reader.Bytes(count);
            ReadOnlyMemory<byte> body = bytes.Slice(content, (int)count);
            if ((count & 1) != 0 && reader.Remaining > 0)
                reader.Bytes(1);
            if (name == "//")
                longNames = body;
            else if (!special)
                members.Add(new ArchiveMember(MemberName(name, longNames, path, start), body));
        }

        return members;
    }

    public static bool IsThin(ReadOnlySpan<byte> bytes) => bytes.StartsWith("!<thin>\n"u8);

    private static string Field(ref FieldReader reader, int width) =>
        Encoding.UTF8.GetString(reader.Bytes(width)).TrimEnd(' ');

    private static string MemberName(string name, ReadOnlyMemory<byte> longNames, string path, int offset)
    {
        if (name.Length < 2 || name[0] != '/')
            return name.TrimEnd('/');
        if (!int.TryParse(name.AsSpan(1), out int start) || start < 0 || start >= longNames.Length)
            throw new BadInputException(path, offset, $"archive member name '{name}' is outside the name table");
        ReadOnlySpan<byte> rest = longNames.Span[start..];
        int end = rest.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]).TrimEnd('/');
    }

    private static ArchiveMember ThinMember(string path, string name)
    {
        string file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
        return new ArchiveMember(name, File.ReadAllBytes(file));
    }
}

using Popcorn.Core;

namespace Popcorn.ObjectFiles.Elf;

/// <summary>
/// A 64-bit little-endian ELF file of one of the three ISAs. Headers are read on opening, symbols on first use. Holds
/// on to the bytes it was given and never copies a section. Whatever is wrong with the file is a
/// <see cref="BadInputException"/>. </summary>
public sealed class ElfFile
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Dictionary<string, ElfSection> _sectionByName;
    private ElfSymbolTable? _symbols;

    private ElfFile(
        ReadOnlyMemory<byte> bytes, string where, ElfHeader header, ElfSection[] sections, ElfSegment[] segments)
    {
        _bytes = bytes;
        Where = where;
        Header = header;
        Sections = sections;
        Segments = segments;
        _sectionByName = new Dictionary<string, ElfSection>(sections.Length);
        foreach (ElfSection section in sections)
            _sectionByName.TryAdd(section.Name, section);
    }

    /// <summary>The file's name in messages.</summary>
    public string Where { get; }

    public ElfHeader Header { get; }

    public Isa Isa => Header.Isa;

    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>In header order, the null section included, so that an index is a section header index.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    public IReadOnlyList<ElfSegment> Segments { get; }

    public ElfSymbolTable Symbols => _symbols ??= ElfSymbolTable.Read(this);

    public static ElfFile Parse(ReadOnlyMemory<byte> bytes, string where) => ElfHeaderReader.Read(bytes, where);

    internal static ElfFile FromHeaders(
        ReadOnlyMemory<byte> bytes, string where, ElfHeader header, ElfSection[] sections, ElfSegment[] segments) =>
        new(bytes, where, header, sections, segments);

    /// <summary>Reads a whole file; a file system failure surfaces as the usual <see cref="IOException"/>.</summary>
    public static ElfFile Open(string path) => Parse(File.ReadAllBytes(path), path);

    /// <summary>The first section of that name, or null.</summary>
    public ElfSection? FindSection(string name) => _sectionByName.GetValueOrDefault(name);

    /// <summary>One defined global symbol; cheap also when <see cref="Symbols"/> has not been asked for.</summary>
    public bool TryFindGlobal(string name, out ElfSymbol symbol)
    {
        if (_symbols is null)
            return ElfSymbolTable.TryScan(this, name, out symbol);
        return _symbols.TryFind(name, out symbol) && symbol.Binding != ElfConstants.STB_LOCAL;
    }

    /// <summary>The section's bytes in the file; empty for SHT_NOBITS.</summary>
    public ReadOnlyMemory<byte> BytesOf(ElfSection section) =>
        section.HasBytes ? Slice(section.Offset, section.Size, section.Name) : ReadOnlyMemory<byte>.Empty;

    /// <summary>Bytes at an address of the loaded image, if one segment's file part covers them all.</summary>
    public bool TryReadLoaded(ulong address, int count, out ReadOnlyMemory<byte> bytes)
    {
        foreach (ElfSegment segment in Segments)
        {
            if (segment.Type != ElfConstants.PT_LOAD || address < segment.VirtualAddress || count < 0)
                continue;
            ulong into = address - segment.VirtualAddress;
            if (into > segment.FileSize || (ulong)count > segment.FileSize - into)
                continue;
            bytes = Slice(segment.Offset + into, (ulong)count, "segment");
            return true;
        }
        bytes = default;
        return false;
    }

    /// <summary>The relocations that apply to a section of a relocatable file, in file order.</summary>
    public ElfRelocation[] RelocationsOf(ElfSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        List<ElfRelocation> relocations = [];
        foreach (ElfSection candidate in Sections)
        {
            if (candidate.Type != ElfConstants.SHT_RELA || candidate.Info != section.Index)
                continue;
            FieldReader reader = new(BytesOf(candidate).Span, $"{Where}({candidate.Name})");
            for (int count = reader.Remaining / ElfConstants.RelaBytes; count > 0; count--)
            {
                ulong offset = reader.U64();
                uint type = reader.U32();
                uint symbol = reader.U32();
                relocations.Add(new ElfRelocation(offset, type, symbol, reader.I64()));
            }
        }
        return [.. relocations];
    }

    /// <summary>The GNU build id note's bytes, or empty when the file has none.</summary>
    public ReadOnlyMemory<byte> ReadBuildId()
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Type != ElfConstants.SHT_NOTE)
                continue;
            ReadOnlyMemory<byte> notes = BytesOf(section);
            FieldReader reader = new(notes.Span, $"{Where}({section.Name})");
            while (reader.Remaining >= 12)
            {
                uint nameBytes = reader.U32();
                uint descriptionBytes = reader.U32();
                uint type = reader.U32();
                ReadOnlySpan<byte> name = reader.Bytes(nameBytes);
                reader.Bytes(Math.Min(Padding(nameBytes), reader.Remaining));
                int start = reader.Offset;
                reader.Bytes(descriptionBytes);
                reader.Bytes(Math.Min(Padding(descriptionBytes), reader.Remaining));
                if (type == ElfConstants.NT_GNU_BUILD_ID && name.SequenceEqual("GNU\0"u8))
                    return notes.Slice(start, (int)descriptionBytes);
            }
        }
        return ReadOnlyMemory<byte>.Empty;
    }

    private static int Padding(uint count) => (int)(0u - count & 3u);

    private ReadOnlyMemory<byte> Slice(ulong offset, ulong size, string what)
    {
        if (offset > (ulong)_bytes.Length || size > (ulong)_bytes.Length - offset)
        {
            throw new BadInputException(
                Where, (long)Math.Min(offset, long.MaxValue),
                $"{what} of 0x{size:x} bytes reaches past the end of the file (0x{_bytes.Length:x} bytes)");
        }
        return _bytes.Slice((int)offset, (int)size);
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Popcorn.Core;

namespace Popcorn.ObjectFiles.Elf;

/// <summary>The symbols of <c>.symtab</c>, by index, by name and by address. Empty for a stripped file.</summary>
public sealed class ElfSymbolTable
{
    private readonly ElfSymbol[] _symbols;
    private Dictionary<string, int>? _byName;
    private int[]? _byAddress;

    private ElfSymbolTable(ElfSymbol[] symbols) => _symbols = symbols;

    /// <summary>In table order, the null symbol included, so that an index is a relocation's symbol index.</summary>
    public IReadOnlyList<ElfSymbol> All => _symbols;

    /// <summary>The defined symbol of that name; a global one wins over a local one.</summary>
    public bool TryFind(string name, out ElfSymbol symbol)
    {
        _byName ??= IndexNames();
        bool found = _byName.TryGetValue(name, out int index);
        symbol = found ? _symbols[index] : default;
        return found;
    }

    /// <summary>The function (or untyped code symbol) that starts at or last before an address.</summary>
    public bool TryFindNearest(ulong address, out ElfSymbol symbol)
    {
        _byAddress ??= IndexAddresses();
        int low = 0;
        int high = _byAddress.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_symbols[_byAddress[middle]].Value <= address)
                low = middle + 1;
            else
                high = middle;
        }
        symbol = low == 0 ? default : _symbols[_byAddress[low - 1]];
        return low != 0;
    }

    /// <summary>An address for a message: <c>0x401234 (main+0x14)</c>, or the bare number.</summary>
    public string Describe(ulong address) => TryFindNearest(address, out ElfSymbol symbol)
        ? $"0x{address:x} ({symbol.Name}+0x{address - symbol.Value:x})"
        : $"0x{address:x}";

    /// <summary>
    /// Finds one defined global symbol without decoding the table: a linked RISC-V file has a hundred thousand local
    /// labels, and whoever starts a restore wants three names.
    /// </summary>
    internal static bool TryScan(ElfFile file, string name, out ElfSymbol symbol)
    {
        symbol = default;
        if (!TryOpen(file, out ElfSection? table, out _, out ReadOnlyMemory<byte> bytes))
            return false;
        ReadOnlySpan<byte> wanted = Encoding.UTF8.GetBytes(name + "\0");
        ReadOnlySpan<byte> symbols = file.BytesOf(table!).Span;
        ReadOnlySpan<byte> names = bytes.Span;
        for (int at = 0; at <= symbols.Length - ElfConstants.SymbolBytes; at += ElfConstants.SymbolBytes)
        {
            uint nameOffset = BinaryPrimitives.ReadUInt32LittleEndian(symbols[at..]);
            if (symbols[at + 4] >> 4 == ElfConstants.STB_LOCAL || nameOffset >= (uint)names.Length
                || !names[(int)nameOffset..].StartsWith(wanted))
            {
                continue;
            }
            FieldReader reader = new(symbols, $"{file.Where}({table!.Name})");
            reader.Seek(at);
            FieldReader nameReader = new(names, $"{file.Where}(symbol names)");
            FieldReader none = new([], $"{file.Where}(extended section indexes)");
            symbol = ReadSymbol(ref reader, ref nameReader, ref none, 0);
            if (symbol.IsDefined)
                return true;
        }
        symbol = default;
        return false;
    }

    internal static ElfSymbolTable Read(ElfFile file)
    {
        if (!TryOpen(file, out ElfSection? table, out ElfSection? extendedIndexes, out ReadOnlyMemory<byte> bytes))
            return new ElfSymbolTable([]);
        string where = $"{file.Where}({table!.Name})";
        FieldReader names = new(bytes.Span, $"{file.Where}(symbol names)");
        ReadOnlyMemory<byte> extended = extendedIndexes is null ? default : file.BytesOf(extendedIndexes);
        FieldReader indexes = new(extended.Span, $"{file.Where}(extended section indexes)");
        FieldReader reader = new(file.BytesOf(table).Span, where);
        ElfSymbol[] symbols = new ElfSymbol[reader.Remaining / ElfConstants.SymbolBytes];
        for (int i = 0; i < symbols.Length; i++)
            symbols[i] = ReadSymbol(ref reader, ref names, ref indexes, i);
        return new ElfSymbolTable(symbols);
    }

    private static bool TryOpen(
        ElfFile file, out ElfSection? table, out ElfSection? extendedIndexes, out ReadOnlyMemory<byte> names)
    {
        table = null;
        extendedIndexes = null;
        names = default;
        foreach (ElfSection section in file.Sections)
        {
            if (section.Type == ElfConstants.SHT_SYMTAB)
                table ??= section;
            else if (section.Type == ElfConstants.SHT_SYMTAB_SHNDX)
                extendedIndexes ??= section;
        }
        if (table is null)
            return false;
        if (table.Link >= (uint)file.Sections.Count || !file.Sections[(int)table.Link].HasBytes)
        {
            throw new BadInputException(
                $"{file.Where}({table.Name})", 0, $"symbol names are in section {table.Link}, which is no table");
        }
        names = file.BytesOf(file.Sections[(int)table.Link]);
        return true;
    }

    private static ElfSymbol ReadSymbol(
        ref FieldReader reader, ref FieldReader names, ref FieldReader indexes, int index)
    {
        uint nameOffset = reader.U32();
        byte typeAndBinding = reader.U8();
        byte visibility = reader.U8();
        int section = reader.U16();
        ulong value = reader.U64();
        ulong size = reader.U64();
        if (section == ElfConstants.SHN_XINDEX)
        {
            indexes.Seek(4L * index);
            section = indexes.I32();
        }
        string name = "";
        if (nameOffset != 0)
        {
            names.Seek(nameOffset);
            name = names.CString();
        }
        return new ElfSymbol(
            name, value, size, (byte)(typeAndBinding & 15), (byte)(typeAndBinding >> 4), (byte)(visibility & 3),
            section);
    }

    private Dictionary<string, int> IndexNames()
    {
        Dictionary<string, int> byName = new(_symbols.Length);
        for (int i = 0; i < _symbols.Length; i++)
        {
            ElfSymbol symbol = _symbols[i];
            if (symbol.Name.Length == 0 || !symbol.IsDefined || symbol.Type is ElfConstants.STT_FILE)
                continue;
            if (!byName.TryAdd(symbol.Name, i) && symbol.Binding != ElfConstants.STB_LOCAL)
                byName[symbol.Name] = i;
        }
        return byName;
    }

    private int[] IndexAddresses()
    {
        List<int> functions = [];
        for (int i = 0; i < _symbols.Length; i++)
        {
            ElfSymbol symbol = _symbols[i];
            if (IsCode(symbol))
                functions.Add(i);
        }
        // At one address a function wins over a label, a global symbol over a local one.
        functions.Sort((left, right) =>
        {
            int order = _symbols[left].Value.CompareTo(_symbols[right].Value);
            return order != 0 ? order : Rank(_symbols[left]).CompareTo(Rank(_symbols[right]));
        });
        return [.. functions];
    }

    private static int Rank(in ElfSymbol symbol) =>
        (symbol.Type == ElfConstants.STT_FUNC ? 2 : 0) + (symbol.Binding != ElfConstants.STB_LOCAL ? 1 : 0);

    /// <summary>Mapping symbols ($x, $d) and compiler-local labels name nothing a reader of a message knows.</summary>
    [SuppressMessage("Style", "IDE0046", Justification = "Three separate reasons read better as three statements.")]
    private static bool IsCode(in ElfSymbol symbol)
    {
        if (symbol.Type is not (ElfConstants.STT_FUNC or ElfConstants.STT_NOTYPE) || !symbol.IsDefined)
            return false;
        if (symbol.SectionIndex >= ElfConstants.SHN_LORESERVE)
            return false;
        return symbol.Name.Length > 0 && symbol.Name[0] != '$'
            && !symbol.Name.StartsWith(".L", StringComparison.Ordinal);
    }
}

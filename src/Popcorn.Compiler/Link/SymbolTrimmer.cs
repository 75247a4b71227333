using System.Buffers.Binary;
using System.Text;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.Compiler.Link;

/// <summary>Makes a linked file's symbol and string tables anew with some of the symbols.</summary>
internal static class SymbolTrimmer
{
    // gABI: offset of st_name in Elf64_Sym.
    private const int SymbolName = 0;

    /// <returns>New contents of the two sections, by index; nothing for a file without symbols.</returns>
    public static Dictionary<int, SectionContent> Trim(ElfFile file, Predicate<ElfSymbol> isWanted)
    {
        if (file.FindSection(".symtab") is not ElfSection table)
            return [];
        ReadOnlySpan<byte> source = file.BytesOf(table).Span;
        Dictionary<string, uint> offsets = new(StringComparer.Ordinal) { [""] = 0 };
        FieldWriter names = new();
        names.U8(0);
        FieldWriter symbols = new();
        uint locals = 0;
        for (int i = 0; i < file.Symbols.All.Count; i++)
        {
            ElfSymbol symbol = file.Symbols.All[i];
            if (i != 0 && !isWanted(symbol))
                continue;
            byte[] row = source.Slice(i * ElfConstants.SymbolBytes, ElfConstants.SymbolBytes).ToArray();
            if (!offsets.TryGetValue(symbol.Name, out uint offset))
            {
                offset = (uint)names.Length;
                offsets.Add(symbol.Name, offset);
                names.Bytes(Encoding.UTF8.GetBytes(symbol.Name));
                names.U8(0);
            }

            BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(SymbolName), offset);
            symbols.Bytes(row);
            if (symbol.Binding == ElfConstants.STB_LOCAL)
                locals++;
        }

        // sh_info of a symbol table: one more than the last local symbol, which all come first.
        return new Dictionary<int, SectionContent>
        {
            [table.Index] = new(symbols.WrittenMemory, locals),
            [(int)table.Link] = new(names.WrittenMemory, file.Sections[(int)table.Link].Info),
        };
    }
}

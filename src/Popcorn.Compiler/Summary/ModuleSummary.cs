using System.Security.Cryptography;
using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler;

/// <summary>What a symbol stands for.</summary>
public enum SymbolKind : byte
{
    Function = 0,
    Variable = 1,
    Alias = 2,
}

/// <summary>A symbol other modules can see. Common ones carry the size and alignment the linker takes the maximum
/// of.</summary>
public sealed record DefinedSymbol(string Name, SymbolKind Kind, bool Weak, bool Common, ulong Size, uint Alignment);

/// <summary>A symbol this module needs from elsewhere.</summary>
public sealed record UndefinedSymbol(string Name, bool Weak);

/// <summary>An alias and the symbol of the same module it stands for.</summary>
public sealed record AliasSummary(string Name, string Target);

/// <summary>One function with a body, as the call graph sees it.</summary>
/// <param name="Name">Its symbol.</param>
/// <param name="Local">Static: the name means something in this module only.</param>
/// <param name="CallsIndirectly">It calls through a pointer.</param>
/// <param name="HasLoopPoint">One of its loops gets a migration point.</param>
/// <param name="PollsBeforeCalls">It makes no call before passing a point: recursion through it is cut already.</param>
/// <param name="Callees">Symbols it calls directly, each once.</param>
public sealed record FunctionSummary(
    string Name, bool Local, bool CallsIndirectly, bool HasLoopPoint, bool PollsBeforeCalls,
    IReadOnlyList<string> Callees);

/// <summary>
/// What the rest of the program must know of one portable module: its symbols for archive resolution, its calls for
/// <see cref="ParkAnalysis"/>. Small, and cached for libc.
/// </summary>
/// <param name="Id">Identity of the bitcode: the start of its SHA-256.</param>
/// <param name="Points">False when the module was compiled without migration points (libc's leaf files).</param>
/// <param name="AddressTaken">Symbols whose address is used other than to call them.</param>
/// <param name="PossibleLibcalls">Functions a back end may call without the IR naming them.</param>
public sealed record ModuleSummary(
    string Id,
    bool Points,
    IReadOnlyList<DefinedSymbol> Defined,
    IReadOnlyList<UndefinedSymbol> Undefined,
    IReadOnlyList<AliasSummary> Aliases,
    IReadOnlyList<FunctionSummary> Functions,
    IReadOnlyList<string> AddressTaken,
    IReadOnlyList<string> PossibleLibcalls)
{
    private const uint Magic = 0x4d535032; // "2PSM": the layout below; change the digit with it.

    public static ModuleSummary Read(string bitcodePath) => Read(File.ReadAllBytes(bitcodePath), bitcodePath);

    /// <summary>Throws <see cref="LlvmException"/> when the bytes are no bitcode.</summary>
    public static ModuleSummary Read(byte[] bitcode, string name) => LlvmGuard.Run(() =>
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromBitcode(context, bitcode, name);
        return SummaryBuilder.Build(module, IdOf(bitcode));
    });

    public static string IdOf(ReadOnlySpan<byte> bitcode) => Convert.ToHexStringLower(SHA256.HashData(bitcode)[..16]);

    public byte[] ToBytes()
    {
        FieldWriter writer = new();
        writer.U32(Magic);
        writer.Text(Id);
        writer.U8(Points ? (byte)1 : (byte)0);
        writer.Uleb128((ulong)Defined.Count);
        foreach (DefinedSymbol symbol in Defined)
        {
            writer.Text(symbol.Name);
            writer.U8((byte)symbol.Kind);
            writer.U8((byte)((symbol.Weak ? 1 : 0) | (symbol.Common ? 2 : 0)));
            writer.Uleb128(symbol.Size);
            writer.Uleb128(symbol.Alignment);
        }
        writer.Uleb128((ulong)Undefined.Count);
        foreach (UndefinedSymbol symbol in Undefined)
        {
            writer.Text(symbol.Name);
            writer.U8(symbol.Weak ? (byte)1 : (byte)0);
        }
        writer.Uleb128((ulong)Aliases.Count);
        foreach (AliasSummary alias in Aliases)
        {
            writer.Text(alias.Name);
            writer.Text(alias.Target);
        }
        writer.Uleb128((ulong)Functions.Count);
        foreach (FunctionSummary function in Functions)
        {
            writer.Text(function.Name);
            int flags = (function.Local ? 1 : 0) | (function.CallsIndirectly ? 2 : 0) | (function.HasLoopPoint ? 4 : 0)
                | (function.PollsBeforeCalls ? 8 : 0);
            writer.U8((byte)flags);
            WriteTexts(writer, function.Callees);
        }
        WriteTexts(writer, AddressTaken);
        WriteTexts(writer, PossibleLibcalls);
        return writer.Written.ToArray();
    }

    /// <summary>Throws <see cref="BadInputException"/> on anything <see cref="ToBytes"/> did not write.</summary>
    public static ModuleSummary FromBytes(ReadOnlySpan<byte> bytes, string where)
    {
        FieldReader reader = new(bytes, where);
        if (reader.U32() != Magic)
            throw new BadInputException(where, 0, "not a module summary of this version");
        string id = reader.Text();
        bool points = reader.U8() != 0;
        DefinedSymbol[] defined = new DefinedSymbol[Count(ref reader)];
        for (int i = 0; i < defined.Length; i++)
        {
            string name = reader.Text();
            SymbolKind kind = (SymbolKind)reader.U8();
            byte flags = reader.U8();
            defined[i] = new(name, kind, (flags & 1) != 0, (flags & 2) != 0, reader.Uleb128(), (uint)reader.Uleb128());
        }
        UndefinedSymbol[] undefined = new UndefinedSymbol[Count(ref reader)];
        for (int i = 0; i < undefined.Length; i++)
            undefined[i] = new(reader.Text(), reader.U8() != 0);
        AliasSummary[] aliases = new AliasSummary[Count(ref reader)];
        for (int i = 0; i < aliases.Length; i++)
            aliases[i] = new(reader.Text(), reader.Text());
        FunctionSummary[] functions = new FunctionSummary[Count(ref reader)];
        for (int i = 0; i < functions.Length; i++)
        {
            string name = reader.Text();
            byte flags = reader.U8();
            functions[i] = new(
                name, (flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, (flags & 8) != 0, ReadTexts(ref reader));
        }
        return new(id, points, defined, undefined, aliases, functions, ReadTexts(ref reader), ReadTexts(ref reader));
    }

    private static void WriteTexts(FieldWriter writer, IReadOnlyList<string> texts)
    {
        writer.Uleb128((ulong)texts.Count);
        foreach (string text in texts)
            writer.Text(text);
    }

    private static string[] ReadTexts(ref FieldReader reader)
    {
        string[] texts = new string[Count(ref reader)];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = reader.Text();
        return texts;
    }

    // Every entry takes at least one byte, so a count beyond the bytes left is a lie and must not size an array.
    private static int Count(ref FieldReader reader)
    {
        ulong count = reader.Uleb128();
        if (count > (ulong)reader.Remaining)
            throw new BadInputException(reader.Where, reader.Offset, $"count {count} is larger than what is left");
        return (int)count;
    }
}

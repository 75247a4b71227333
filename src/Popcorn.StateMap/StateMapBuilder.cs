using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap.Building;

namespace Popcorn.StateMap;

/// <summary>
/// Makes the state map of a program from its linked executables, which still hold <c>.pop.sites</c> and
/// <c>.llvm_stackmaps</c>, after verifying that the ISAs agree on every site.
/// </summary>
public static class StateMapBuilder
{
    /// <summary>
    /// The state map's bytes, or null when the sink got errors (PC04xx). One ISA or more; with one there is nothing to
    /// compare, the rest is verified all the same. A section that cannot be parsed at all is a
    /// <see cref="BadInputException"/>.
    /// </summary>
    public static byte[]? Build(
        IReadOnlyDictionary<Isa, ElfFile> linked, ReadOnlySpan<byte> buildId, DiagnosticSink sink)
    {
        StateMapModel? model = BuildModel(linked, buildId.ToArray(), sink);
        return model is null ? null : StateMapWriter.Write(model);
    }

    /// <summary>As <see cref="Build"/>, before encoding.</summary>
    public static StateMapModel? BuildModel(
        IReadOnlyDictionary<Isa, ElfFile> linked, ReadOnlyMemory<byte> buildId, DiagnosticSink sink)
    {
        ArgumentNullException.ThrowIfNull(linked);
        ArgumentNullException.ThrowIfNull(sink);
        SiteVerifier verifier = new(sink);
        int errorsBefore = CountErrors(sink);
        List<Isa> isas = [.. linked.Keys.Order()];
        Dictionary<Isa, List<SiteFunction>> functions = [];
        foreach (Isa isa in isas)
            functions[isa] = ReadFunctions(linked[isa], isa, verifier);
        foreach (Isa isa in isas.Skip(1))
            verifier.Compare(isas[0], functions[isas[0]], isa, functions[isa], linked[isa].Where);
        if (CountErrors(sink) != errorsBefore || isas.Count == 0)
            return null;

        Dictionary<Isa, IReadOnlyList<ReturnPoint>> points = [];
        foreach (Isa isa in isas)
            points[isa] = new ReturnPointCollector(linked[isa], verifier).Collect(functions[isa]);
        FunctionModel[] models = MergeFunctions(linked, isas, functions, verifier);
        return CountErrors(sink) != errorsBefore
            ? null
            : new StateMapModel { BuildId = buildId, Functions = models, ReturnPoints = points };
    }

    private static int CountErrors(DiagnosticSink sink) =>
        sink.All.Count(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

    /// <summary>One executable's functions in address order.</summary>
    private static List<SiteFunction> ReadFunctions(ElfFile elf, Isa isa, SiteVerifier verifier)
    {
        if (elf.Isa != isa)
        {
            verifier.Error(
                "PC0412", elf.Where, $"was given as the {isa.Name()} executable and is one for {elf.Isa.Name()}");
            return [];
        }
        ElfSection? section = elf.FindSection(SiteSectionReader.SectionName);
        if (section is null)
        {
            verifier.Error(
                "PC0401", elf.Where,
                $"has no {SiteSectionReader.SectionName} section: nothing in it was built by popcorn cc");
            return [];
        }
        List<SiteFunction> functions = SiteSectionReader.Read(
            elf.BytesOf(section).Span, $"{elf.Where}({SiteSectionReader.SectionName})");
        functions.Sort((left, right) => left.Address.CompareTo(right.Address));
        for (int i = 1; i < functions.Count; i++)
        {
            if (functions[i].Address == functions[i - 1].Address)
            {
                verifier.Error(
                    "PC0402", elf.Where,
                    $"functions '{functions[i - 1].Name}' and '{functions[i].Name}' "
                    + $"share the address 0x{functions[i].Address:x}");
            }
        }
        return functions;
    }

    private static FunctionModel[] MergeFunctions(
        IReadOnlyDictionary<Isa, ElfFile> linked, List<Isa> isas, Dictionary<Isa, List<SiteFunction>> functions,
        SiteVerifier verifier)
    {
        Dictionary<ulong, ulong> sizes = MeasureFunctions(linked.Values);
        List<SiteFunction> first = functions[isas[0]];
        FunctionModel[] models = new FunctionModel[first.Count];
        for (int i = 0; i < models.Length; i++)
        {
            Dictionary<Isa, uint> resume = [];
            foreach (Isa isa in isas)
            {
                SiteFunction function = functions[isa][i];
                if (function.Address > uint.MaxValue || function.ResumeAddress > uint.MaxValue)
                {
                    verifier.Error(
                        "PC0413", linked[isa].Where,
                        $"function '{function.Name}' lies above 4 GiB "
                        + $"(0x{function.Address:x}, resume 0x{function.ResumeAddress:x})");
                }
                if (function.ResumeAddress == 0)
                    verifier.Error("PC0414", linked[isa].Where, $"function '{function.Name}' has no resume function");
                resume[isa] = (uint)function.ResumeAddress;
            }
            ulong size = Math.Min(sizes.GetValueOrDefault(first[i].Address), uint.MaxValue);
            models[i] = new FunctionModel(first[i].Name, (uint)first[i].Address, (uint)size, resume, first[i].Sites);
        }
        return models;
    }

    /// <summary>Largest size any ISA's symbol table gives the function at an address.</summary>
    private static Dictionary<ulong, ulong> MeasureFunctions(IEnumerable<ElfFile> linked)
    {
        Dictionary<ulong, ulong> sizes = [];
        foreach (ElfFile elf in linked)
        {
            foreach (ElfSymbol symbol in elf.Symbols.All)
            {
                if (symbol.Type == ElfConstants.STT_FUNC && symbol.IsDefined)
                    sizes[symbol.Value] = Math.Max(sizes.GetValueOrDefault(symbol.Value), symbol.Size);
            }
        }
        return sizes;
    }
}

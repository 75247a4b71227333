using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.ObjectFiles.Dwarf;
using Popcorn.ObjectFiles.Elf;
using Popcorn.ObjectFiles.StackMaps;

namespace Popcorn.StateMap.Building;

/// <summary>
/// Turns one ISA's stack map records into return points, and refuses locations that cannot be read when the frame is
/// not the innermost one: LLVM promises they do not occur, and a wrong one would surface as a wrong value after a move.
/// </summary>
internal sealed class ReturnPointCollector(ElfFile elf, SiteVerifier verifier)
{
    /// <summary>A statepoint's first locations: calling convention, flags, number of deopt values.</summary>
    private const int LeadingConstants = 3;

    private readonly RegisterFile _registers = IsaProfile.Of(elf.Isa).Registers;
    private readonly string _where = $"{elf.Where}({StackMapSection.SectionName})";

    internal List<ReturnPoint> Collect(IReadOnlyList<SiteFunction> functions)
    {
        ElfSection? section = elf.FindSection(StackMapSection.SectionName);
        if (section is null)
        {
            if (functions.Count > 0)
                verifier.Error(
                    "PC0401", elf.Where, $"has no {StackMapSection.SectionName} section, so no site can be read");
            return [];
        }
        Dictionary<ulong, (int Function, bool IsResume)> byAddress = IndexCode(functions);
        CheckUnwindTable(functions);
        StackMapSection maps = StackMapSection.Read(elf.BytesOf(section).Span, _where);
        List<ReturnPoint> points = new(maps.Records.Count);
        foreach (StackMapRecord record in maps.Records)
        {
            // The linker writes 0 where a discarded function was.
            if (record.FunctionAddress == 0)
                continue;
            if (!byAddress.TryGetValue(record.FunctionAddress, out (int Function, bool IsResume) code))
            {
                verifier.Error(
                    "PC0407", _where,
                    $"record of {elf.Symbols.Describe(record.ReturnAddress)} belongs to no function with sites");
                continue;
            }
            ReturnPoint? point = Convert(maps, record, functions[code.Function], code.Function, code.IsResume);
            if (point is not null)
                points.Add(point);
        }
        points.Sort((left, right) => left.Address.CompareTo(right.Address));
        RefuseDuplicates(points, functions);
        return points;
    }

    private static Dictionary<ulong, (int Function, bool IsResume)> IndexCode(IReadOnlyList<SiteFunction> functions)
    {
        Dictionary<ulong, (int, bool)> byAddress = [];
        for (int i = 0; i < functions.Count; i++)
        {
            byAddress[functions[i].Address] = (i, false);
            byAddress.TryAdd(functions[i].ResumeAddress, (i, true));
        }
        return byAddress;
    }

    private void CheckUnwindTable(IReadOnlyList<SiteFunction> functions)
    {
        UnwindTable table = UnwindTable.Read(elf);
        foreach (SiteFunction function in functions)
        {
            CheckUnwindRow(table, function.Address, function.Name);
            if (function.ResumeAddress != 0)
                CheckUnwindRow(table, function.ResumeAddress, function.Name + ".resume");
        }
    }

    private void CheckUnwindRow(UnwindTable table, ulong address, string name)
    {
        if (!table.TryFindRow(address, out _))
            verifier.Error("PC0411", elf.Where, $"'{name}' at 0x{address:x} has sites but no unwind table entry");
    }

    private ReturnPoint? Convert(
        StackMapSection maps, in StackMapRecord record, SiteFunction function, int functionIndex, bool isResume)
    {
        string what = $"function '{function.Name}', site {record.Id}";
        if (record.Id >= (ulong)function.Sites.Count)
        {
            verifier.Error("PC0407", _where, $"{what}: the function has {function.Sites.Count} sites");
            return null;
        }
        int site = (int)record.Id;
        IReadOnlyList<LiveValueType> types = function.Sites[site].Types;
        what += SiteVerifier.Line(function.Sites[site].Detail);
        ReadOnlySpan<StackMapLocation> locations = maps.LocationsOf(record);
        long deoptCount = locations.Length >= LeadingConstants
            && locations[LeadingConstants - 1].Kind == StackMapLocationKind.Constant
            ? locations[LeadingConstants - 1].Value
            : -1;
        if (deoptCount != types.Count || locations.Length < LeadingConstants + types.Count)
        {
            verifier.Error(
                "PC0408", _where,
                $"{what}: code generation recorded {deoptCount} live values on {elf.Isa.Name()}, "
                + $"the site has {types.Count}");
            return null;
        }
        ValueLocation[] values = new ValueLocation[types.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (!TryConvert(locations[LeadingConstants + i], types[i], out values[i], out string reason))
            {
                verifier.Error("PC0409", _where, $"{what}: live value {i} ({types[i]}) on {elf.Isa.Name()}: {reason}");
                return null;
            }
        }
        return new ReturnPoint(record.ReturnAddress, functionIndex, site, isResume, values);
    }

    private bool TryConvert(
        in StackMapLocation location, LiveValueType type, out ValueLocation value, out string reason)
    {
        value = default;
        reason = "";
        string register = _registers.NameOf(location.Register);
        switch (location.Kind)
        {
            case StackMapLocationKind.Constant:
                value = ValueLocation.Constant(location.Value);
                return true;
            // The back end's copy propagation puts it there for a constant it has not folded.
            case StackMapLocationKind.Register when location.Register == _registers.Zero:
                value = ValueLocation.Constant(0);
                return true;
            case StackMapLocationKind.Register:
                if (!_registers.IsCalleeSaved(location.Register))
                    reason = $"is in {register}, which a call does not preserve";
                else if (type.SizeBytes > 8)
                    reason = $"of {type.SizeBytes} bytes is in {register}, of which a call preserves 8";
                else if (location.Value != 0)
                    reason = $"is in the middle of {register}";
                value = ValueLocation.InRegister(location.Register);
                return reason.Length == 0;
            // An argument of two words that the caller passed in memory is recorded as the address where it lies. It is
            // never written, so it is there at every site. An address cannot be of this type.
            case StackMapLocationKind.Direct when type.Kind == ValueKind.I128:
            case StackMapLocationKind.Indirect:
                if (location.Register != _registers.StackPointer && !_registers.IsCalleeSaved(location.Register))
                    reason = $"is at an address in {register}, which a call does not preserve";
                value = ValueLocation.InMemory(location.Register, location.Value);
                return reason.Length == 0;
            default:
                reason = "is an address in the native stack, which does not exist on another ISA";
                return false;
        }
    }

    private void RefuseDuplicates(List<ReturnPoint> points, IReadOnlyList<SiteFunction> functions)
    {
        for (int i = 1; i < points.Count; i++)
        {
            if (points[i].Address != points[i - 1].Address)
                continue;
            verifier.Error(
                "PC0410", _where,
                $"0x{points[i].Address:x} is the return address of site {points[i - 1].SiteIndex} of "
                + $"'{functions[points[i - 1].FunctionIndex].Name}' and of site {points[i].SiteIndex} of "
                + $"'{functions[points[i].FunctionIndex].Name}'");
        }
    }
}

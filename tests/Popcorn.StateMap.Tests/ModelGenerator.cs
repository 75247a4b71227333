using CsCheck;
using Popcorn.Core;

namespace Popcorn.StateMap.Tests;

/// <summary>Random state map models, in the shapes the builder makes: functions and return points in address
/// order.</summary>
internal static class ModelGenerator
{
    private static readonly string[] s_names = ["", "i", "count", "größe", "very_long_name_of_a_local"];

    private static readonly Gen<string> s_name = Gen.Int[0, s_names.Length - 1].Select(i => s_names[i]);

    private static readonly Gen<LiveValueType> s_type =
        Gen.Select(Gen.Int[1, 13], Gen.Byte[1, 8]).Select(
            (kind, bytes) => new LiveValueType((ValueKind)kind, kind < 12 ? (byte)0 : bytes));

    private static readonly Gen<SavedValue> s_saved = Gen.OneOf(
        Gen.Select(s_name, s_type).Select((name, type) => new SavedValue(name, type, type.SizeBytes)),
        Gen.Select(s_name, Gen.Long[0, 4096]).Select((name, bytes) => new SavedValue(name, null, bytes)));

    private static readonly Gen<SiteModel> s_site =
        Gen.Select(Gen.Int[0, 2], s_type.Array[0, 6], s_name, Gen.Int[0, 9999], s_saved.Array[0, 6]).Select(
            (kind, types, name, line, saved) => new SiteModel(
                (SiteKind)kind, types,
                new SiteDetail(name, line % 3 + ".c", line, [.. types.Select((_, i) => i % 2 == 0 ? name : $"v{i}")])
                {
                    Saved = saved,
                }));

    private static readonly Gen<ValueLocation> s_location =
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 95], Gen.OneOf(Gen.Long[-64, 64], Gen.Long)).Select(
            (kind, register, operand) =>
            (LocationKind)kind switch
            {
                LocationKind.Constant => ValueLocation.Constant(operand),
                LocationKind.Register => ValueLocation.InRegister(register),
                _ => ValueLocation.InMemory(register, operand),
            });

    internal static readonly Gen<StateMapModel> Model =
        from buildId in Gen.Byte.Array[0, 32]
        from sites in s_site.Array[1, 5].Array[0, 30]
        from gaps in Gen.UInt[1, 5000].Array[sites.Length]
        from isas in Gen.Int[1, 7]
        from points in Points(sites)
        select Assemble(buildId, sites, gaps, isas, points);

    /// <summary>Function, site, resume code or not, gap to the point before, locations.</summary>
    private static Gen<(int Function, int Site, bool IsResume, uint Gap, ValueLocation[] Locations)[]> Points(
        SiteModel[][] sites)
    {
        if (sites.Length == 0)
            return Gen.Const(Array.Empty<(int, int, bool, uint, ValueLocation[])>());
        Gen<(int, int, bool, uint, ValueLocation[])> point =
            from function in Gen.Int[0, sites.Length - 1]
            from site in Gen.Int[0, sites[function].Length - 1]
            from isResume in Gen.Bool
            from gap in Gen.UInt[1, 300]
            from locations in s_location.Array[sites[function][site].Types.Count]
            select (function, site, isResume, gap, locations);
        return point.Array[0, 150];
    }

    private static StateMapModel Assemble(
        byte[] buildId, SiteModel[][] sites, uint[] gaps, int isaMask,
        (int Function, int Site, bool IsResume, uint Gap, ValueLocation[] Locations)[] points)
    {
        List<Isa> isas = [.. IsaNames.All.Where(isa => (isaMask >> ((int)isa - 1) & 1) != 0)];
        uint address = 0x400000;
        List<FunctionModel> functions = [];
        for (int i = 0; i < sites.Length; i++)
        {
            functions.Add(new FunctionModel(
                $"f{i}", address, gaps[i],
                isas.ToDictionary(isa => isa, isa => (uint)(0x800000 + ((uint)isa * 256) + i)), sites[i]));
            address += gaps[i];
        }
        Dictionary<Isa, IReadOnlyList<ReturnPoint>> returnPoints = [];
        foreach (Isa isa in isas)
        {
            ulong at = 0x400000 + (ulong)isa;
            List<ReturnPoint> list = [];
            foreach ((int function, int site, bool isResume, uint gap, ValueLocation[] locations) in points)
                list.Add(new ReturnPoint(at += gap, function, site, isResume, locations));
            returnPoints[isa] = list;
        }
        return new StateMapModel { BuildId = buildId, Functions = functions, ReturnPoints = returnPoints };
    }
}

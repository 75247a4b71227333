using Popcorn.Architecture;
using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>Writes a state map as text, for <c>popcorn inspect</c> and for people who debug the compiler.</summary>
public static class StateMapDumper
{
    /// <summary>Every function and site with its values' locations on the given ISAs (null: all the map has).</summary>
    public static void Dump(StateMapReader map, TextWriter output, IReadOnlyList<Isa>? isas = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(output);
        isas ??= map.Isas;
        Dictionary<(int, int), List<(Isa Isa, ReturnPoint Point)>> points = [];
        foreach (Isa isa in isas)
        {
            foreach (ReturnPoint point in map.ReturnPoints(isa))
            {
                (int, int) site = (point.FunctionIndex, point.SiteIndex);
                if (!points.TryGetValue(site, out List<(Isa, ReturnPoint)>? list))
                    points.Add(site, list = []);
                list.Add((isa, point));
            }
        }
        Summarize(map, output);
        for (int i = 0; i < map.FunctionCount; i++)
        {
            StateMapFunction function = map.Function(i);
            output.WriteLine();
            output.WriteLine($"{map.NameOf(i)} at 0x{function.Address:x}, {function.SizeBytes} bytes");
            foreach (Isa isa in isas)
                output.WriteLine($"  resume {isa.Name()} 0x{map.ResumeAddress(isa, i):x}");
            for (int site = 0; site < function.SiteCount; site++)
                DumpSite(map, output, i, site, points.GetValueOrDefault((i, site)) ?? []);
        }
    }

    /// <summary>A page of totals: functions, sites, values, return points, bytes by section.</summary>
    public static void Summarize(StateMapReader map, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"build id {Convert.ToHexStringLower(map.BuildId.Span)}");
        output.WriteLine($"{map.FunctionCount} functions, {map.SiteCount} sites");
        foreach ((string name, int bytes) in map.SectionSizes)
            output.WriteLine($"{bytes,10} bytes  {name}");
    }

    private static void DumpSite(
        StateMapReader map, TextWriter output, int function, int site, List<(Isa Isa, ReturnPoint Point)> points)
    {
        StateMapSite common = map.Site(function, site);
        SiteDetail detail = map.Detail(function, site);
        string line = detail.Line == 0 ? "" : $" {detail.File}:{detail.Line}";
        string callee = detail.Callee.Length == 0 ? "(indirect)" : detail.Callee;
        output.WriteLine($"  site {site}: {common.Kind} {callee}{line}");
        for (int value = 0; value < common.Types.Count; value++)
            output.WriteLine($"    %{value} {common.Types[value]} {detail.ValueNames[value]}".TrimEnd());
        foreach (SavedValue value in detail.Saved)
            output.WriteLine($"    saved {value.TypeText} {value.Name}".TrimEnd());
        foreach ((Isa isa, ReturnPoint point) in points)
        {
            RegisterFile registers = IsaProfile.Of(isa).Registers;
            string code = point.IsResume ? " (resume)" : "";
            string locations = string.Join(", ", point.Locations.Select(location => location.Describe(registers)));
            output.WriteLine($"    {isa.Name()} 0x{point.Address:x}{code}: {locations}".TrimEnd(' ', ':'));
        }
    }
}

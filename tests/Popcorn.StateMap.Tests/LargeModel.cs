using Popcorn.Core;

namespace Popcorn.StateMap.Tests;

/// <summary>A model with the statistics of a real program: few type lists, mostly nearby slots, one hot and one resume
/// return point per site and ISA.</summary>
internal static class LargeModel
{
    private const int ValuesPerSite = 7;
    private const uint SiteSpanBytes = 60;

    internal static StateMapModel Make(int functions, int sitesPerFunction)
    {
        Random random = new(1);
        uint functionBytes = SiteSpanBytes * (uint)sitesPerFunction;
        List<FunctionModel> models = [];
        for (int i = 0; i < functions; i++)
        {
            SiteModel[] sites = new SiteModel[sitesPerFunction];
            for (int site = 0; site < sites.Length; site++)
                sites[site] = MakeSite(random, site);
            uint address = 0x400000 + ((uint)i * functionBytes);
            Dictionary<Isa, uint> resume = IsaNames.All.ToDictionary(
                isa => isa, isa => 0x4000000 + ((uint)i * functionBytes));
            models.Add(new FunctionModel($"function_{i}", address, functionBytes, resume, sites));
        }
        Dictionary<Isa, IReadOnlyList<ReturnPoint>> points = [];
        foreach (Isa isa in IsaNames.All)
        {
            List<ReturnPoint> list = [];
            foreach (bool isResume in new[] { false, true })
            {
                for (int i = 0; i < functions; i++)
                {
                    for (int site = 0; site < sitesPerFunction; site++)
                        list.Add(MakePoint(random, models[i], isa, i, site, isResume));
                }
            }
            points[isa] = list;
        }
        return new StateMapModel { BuildId = new byte[20], Functions = models, ReturnPoints = points };
    }

    private static SiteModel MakeSite(Random random, int site)
    {
        LiveValueType[] types = new LiveValueType[ValuesPerSite];
        string[] names = new string[ValuesPerSite];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = new LiveValueType(random.Next(3) == 0 ? ValueKind.I32 : ValueKind.Pointer);
            names[i] = $"local{random.Next(300)}";
        }
        return new SiteModel(SiteKind.Call, types, new SiteDetail($"callee{random.Next(500)}", "file.c", site, names));
    }

    private static ReturnPoint MakePoint(
        Random random, FunctionModel function, Isa isa, int functionIndex, int site, bool isResume)
    {
        ValueLocation[] locations = new ValueLocation[ValuesPerSite];
        for (int i = 0; i < locations.Length; i++)
        {
            locations[i] = random.Next(3) == 0
                ? ValueLocation.InRegister(12 + random.Next(4))
                : ValueLocation.InMemory(7, 8 * random.Next(20));
        }
        ulong start = isResume ? function.ResumeAddresses[isa] : function.Address;
        return new ReturnPoint(
            start + ((ulong)site * SiteSpanBytes) + (ulong)random.Next(30), functionIndex, site, isResume, locations);
    }
}

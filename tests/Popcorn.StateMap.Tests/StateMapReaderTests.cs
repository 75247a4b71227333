using CsCheck;
using Popcorn.Core;
using Popcorn.Samples;

namespace Popcorn.StateMap.Tests;

public class StateMapReaderTests(SampleBuild build)
{
    [Fact]
    public void WrittenModel_IsReadBackWhole()
    {
        ModelGenerator.Model.Sample(model =>
        {
            StateMapReader map = StateMapReader.Open(StateMapWriter.Write(model), "test");

            Assert.Equal(model.BuildId.ToArray(), map.BuildId.ToArray());
            Assert.Equal(model.ReturnPoints.Keys.Order(), map.Isas);
            Assert.Equal(model.Functions.Count, map.FunctionCount);
            for (int i = 0; i < model.Functions.Count; i++)
                CompareFunction(model, map, i);
            foreach ((Isa isa, IReadOnlyList<ReturnPoint> points) in model.ReturnPoints)
            {
                AssertSamePoints(points, [.. map.ReturnPoints(isa)]);
                foreach (ReturnPoint expected in points)
                {
                    Assert.True(map.TryFindReturnPoint(isa, expected.Address, out ReturnPoint? point));
                    AssertSamePoints([expected], [point]);
                }
                HashSet<ulong> addresses = [.. points.Select(point => point.Address)];
                IEnumerable<ulong> neighbours = addresses.SelectMany(address => new[] { address - 1, address + 1 });
                foreach (ulong address in neighbours.Except(addresses))
                    Assert.False(map.TryFindReturnPoint(isa, address, out _));
                Assert.False(map.TryFindReturnPoint(isa, 0, out _));
                Assert.False(map.TryFindReturnPoint(isa, ulong.MaxValue, out _));
            }
        });
    }

    [Fact]
    public void MapWithoutDetails_StillHasAllAMoveNeeds()
    {
        ModelGenerator.Model.Sample(model =>
        {
            byte[] full = StateMapWriter.Write(model);
            byte[] bare = StateMapWriter.Write(model, withDetails: false);
            StateMapReader map = StateMapReader.Open(bare, "bare");

            Assert.True(bare.Length <= full.Length);
            Assert.False(map.HasDetails);
            foreach ((Isa isa, IReadOnlyList<ReturnPoint> points) in model.ReturnPoints)
                AssertSamePoints(points, [.. map.ReturnPoints(isa)]);
            for (int i = 0; i < model.Functions.Count; i++)
            {
                Assert.Equal(model.Functions[i].Name, map.NameOf(i));
                Assert.Equal(model.Functions[i].Sites[0].Types.Count, map.Detail(i, 0).ValueNames.Count);
                Assert.Empty(map.Detail(i, 0).Saved);
            }
        }, iter: 20);
    }

    [Fact]
    public void SameModel_GivesSameBytes()
    {
        ModelGenerator.Model.Sample(
            model => StateMapWriter.Write(model).AsSpan().SequenceEqual(StateMapWriter.Write(model)), iter: 20);
    }

    [Fact]
    public void TruncatedOrCorruptMap_IsRefusedOrRead_NeverWorse()
    {
        byte[] map = StateMapBuilder.Build(build.Executables, new byte[20], new DiagnosticSink())!;

        Corruption.Try(map, ReadEverything);
    }

    [Theory]
    [InlineData(0, "not a state map")]
    [InlineData(8, "state map version 3, this tool reads version 2")]
    public void ForeignFile_IsRefusedWithTheReason(int offset, string reason)
    {
        byte[] map = StateMapBuilder.Build(build.Executables, new byte[20], new DiagnosticSink())!;
        map[offset] ^= 1;

        BadInputException refusal = Assert.Throws<BadInputException>(() => StateMapReader.Open(map, "a.statemap"));

        Assert.Equal($"a.statemap(+0x{offset:x}): {reason}", refusal.Message);
    }

    [Fact]
    public void LargeMap_IsSmallAndAnswersWithoutDecodingAllOfASection()
    {
        StateMapModel model = LargeModel.Make(functions: 400, sitesPerFunction: 50);
        int points = model.ReturnPoints.Values.Sum(list => list.Count);
        byte[] bytes = StateMapWriter.Write(model);

        // 120,000 return points with 7 values each. LLVM's records of them would take 136 bytes apiece.
        Assert.InRange(bytes.Length / (double)points, 1, 9);
        IReadOnlyList<ReturnPoint> expected = model.ReturnPoints[Isa.AArch64];
        StateMapReader map = StateMapReader.Open(bytes, "large");
        Assert.True(map.TryFindReturnPoint(Isa.AArch64, expected[10].Address, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(map.TryFindReturnPoint(Isa.AArch64, expected[20_000].Address, out _));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, 10_000);
    }

    private static void CompareFunction(StateMapModel model, StateMapReader map, int index)
    {
        FunctionModel expected = model.Functions[index];
        StateMapFunction function = map.Function(index);
        Assert.Equal(expected.Name, map.NameOf(index));
        Assert.Equal((expected.Address, expected.SizeBytes), ((uint)function.Address, function.SizeBytes));
        foreach ((Isa isa, uint resume) in expected.ResumeAddresses)
            Assert.Equal(resume, map.ResumeAddress(isa, index));
        Assert.True(map.TryFindFunction(expected.Address + expected.SizeBytes - 1, out StateMapFunction found));
        Assert.Equal(index, found.Index);
        Assert.Equal(expected.Sites.Count, function.SiteCount);
        for (int site = 0; site < function.SiteCount; site++)
        {
            StateMapSite read = map.Site(index, site);
            SiteDetail detail = map.Detail(index, site);
            SiteDetail wanted = expected.Sites[site].Detail;
            Assert.Equal(expected.Sites[site].Kind, read.Kind);
            Assert.Equal(expected.Sites[site].Types, read.Types);
            Assert.Equal((wanted.Callee, wanted.File, wanted.Line), (detail.Callee, detail.File, detail.Line));
            Assert.Equal(wanted.ValueNames, detail.ValueNames);
            Assert.Equal(wanted.Saved, detail.Saved);
        }
    }

    private static void AssertSamePoints(IReadOnlyList<ReturnPoint> expected, IReadOnlyList<ReturnPoint> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i] with { Locations = [] }, actual[i] with { Locations = [] });
            Assert.Equal(expected[i].Locations, actual[i].Locations);
        }
    }

    private static void ReadEverything(byte[] bytes)
    {
        StateMapReader map = StateMapReader.Open(bytes, "corrupt");
        foreach (Isa isa in map.Isas)
        {
            for (ulong address = 0x400000; address < 0x420000; address += 0x4000)
            {
                map.TryFindReturnPoint(isa, address + 59, out _);
                map.TryFindFunction(address, out _);
            }
        }
        StateMapDumper.Dump(map, TextWriter.Null);
    }
}

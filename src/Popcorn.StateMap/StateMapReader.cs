using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// A state map as the compiler wrote it (docs/formats/statemap.md). Opening checks the header and section bounds only;
/// each question decodes the few bytes it needs. Safe for use by several threads.
/// </summary>
public sealed class StateMapReader
{
    public static StateMapReader Open(ReadOnlyMemory<byte> bytes, string where) => throw new NotImplementedException();

    public string Where => throw new NotImplementedException();

    public ReadOnlyMemory<byte> BuildId => throw new NotImplementedException();

    public IReadOnlyList<Isa> Isas => throw new NotImplementedException();

    public int FunctionCount => throw new NotImplementedException();

    public int SiteCount => throw new NotImplementedException();

    public StateMapFunction Function(int index) => throw new NotImplementedException();

    public string NameOf(int functionIndex) => throw new NotImplementedException();

    /// <summary>Address of the function's resume clone on one ISA.</summary>
    public ulong ResumeAddress(Isa isa, int functionIndex) => throw new NotImplementedException();

    public bool TryFindFunction(ulong address, out StateMapFunction function) => throw new NotImplementedException();

    public StateMapSite Site(int functionIndex, int siteIndex) => throw new NotImplementedException();

    public SiteDetail Detail(int functionIndex, int siteIndex) => throw new NotImplementedException();

    public bool TryFindReturnPoint(Isa isa, ulong returnAddress, out ReturnPoint? point) =>
        throw new NotImplementedException();

    public IEnumerable<ReturnPoint> ReturnPoints(Isa isa) => throw new NotImplementedException();
}

using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;

namespace Popcorn.StateMap;

/// <summary>
/// Makes the state map of a program from its linked executables, which still hold <c>.pop.sites</c> and
/// <c>.llvm_stackmaps</c>, after verifying that the ISAs agree on every site.
/// </summary>
public static class StateMapBuilder
{
    /// <summary>
    /// The state map's bytes, or null when the sink got errors (PC02xx). One ISA or more; with one there is nothing to
    /// compare, the rest is verified all the same. A section that cannot be parsed at all is a
    /// <see cref="BadInputException"/>.
    /// </summary>
    public static byte[]? Build(
        IReadOnlyDictionary<Isa, ElfFile> linked, ReadOnlySpan<byte> buildId, DiagnosticSink sink) =>
        throw new NotImplementedException();
}

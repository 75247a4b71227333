using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>A program that passed every check, as files yet to be put in place.</summary>
/// <param name="Application">This machine's executable, which knows where the others are.</param>
/// <param name="Executables">The bytes of each ISA's executable.</param>
/// <param name="StateMap">The state map; null when the program was linked without sites.</param>
internal sealed record LinkedProgram(
    byte[] Application, IReadOnlyDictionary<Isa, byte[]> Executables, byte[]? StateMap);

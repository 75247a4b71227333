namespace Popcorn.Compiler.Link;

/// <param name="Name">As the archive's name table holds it.</param>
/// <param name="Bytes">The member's content.</param>
internal readonly record struct ArchiveMember(string Name, ReadOnlyMemory<byte> Bytes);

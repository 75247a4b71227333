namespace Popcorn.Compiler.Link;

/// <summary>What a section that is not loaded shall hold instead.</summary>
/// <param name="Bytes">All of it.</param>
/// <param name="HeaderNote">The header's <c>sh_info</c>.</param>
internal readonly record struct SectionContent(ReadOnlyMemory<byte> Bytes, uint HeaderNote);

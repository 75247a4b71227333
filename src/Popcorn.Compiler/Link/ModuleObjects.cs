using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>A module's normalised objects in a folder: <c>x86_64.o</c>, <c>aarch64.o</c>, <c>riscv64.o</c> and their
/// facts.</summary>
internal sealed record ModuleObjects(string Folder, ObjectFacts Facts)
{
    public string PathOf(Isa isa) => Path.Combine(Folder, isa.Name() + ".o");

    /// <summary>Opens a folder that <see cref="ObjectGenerator"/> filled; null when something in it is
    /// missing.</summary>
    public static ModuleObjects? TryOpen(string folder)
    {
        try
        {
            string facts = Path.Combine(folder, ObjectFacts.FileName);
            return new ModuleObjects(folder, ObjectFacts.FromBytes(File.ReadAllBytes(facts), facts));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or BadInputException)
        {
            return null;
        }
    }
}

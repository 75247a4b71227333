namespace Popcorn.Compiler;

/// <summary>The <c>-O</c> levels of the C driver.</summary>
public enum OptimisationLevel
{
    O0,
    O1,
    O2,
    O3,
    Os,
    Oz,
}

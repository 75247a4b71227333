using Popcorn.Core;

namespace Popcorn.Node.Objects;

/// <summary>Why one object cannot be saved: the rest of a sentence that begins with the descriptor.</summary>
public sealed class UnsavableException : PopcornException
{
    public UnsavableException()
    {
    }

    public UnsavableException(string message)
        : base(message)
    {
    }

    /// <param name="passes">See <see cref="Passes"/>.</param>
    public UnsavableException(string message, bool passes)
        : base(message) => Passes = passes;

    public UnsavableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>It can be saved when the program has gone on for a moment: it accepts what waits, reads what has
    /// come.</summary>
    public bool Passes { get; }
}

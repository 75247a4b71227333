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

    public UnsavableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

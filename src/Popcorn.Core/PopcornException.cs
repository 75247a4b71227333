namespace Popcorn.Core;

/// <summary>The world failed us (kernel, peer, disk), or input was refused. The message is shown to the user as it is.</summary>
public class PopcornException : Exception
{
    public PopcornException()
    {
    }

    public PopcornException(string message)
        : base(message)
    {
    }

    public PopcornException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Input that a reader refuses: which file or stream, at which byte offset, and why.</summary>
public sealed class BadInputException : PopcornException
{
    public BadInputException()
    {
    }

    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public BadInputException(string where, long offset, string sentence)
        : base($"{where}(+0x{offset:x}): {sentence}")
    {
    }
}

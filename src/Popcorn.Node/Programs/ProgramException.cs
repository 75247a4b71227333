using Popcorn.Core;

namespace Popcorn.Node.Programs;

/// <summary>Why a program cannot be started or restored here.</summary>
public enum ProgramRefusal
{
    None,
    NotBuiltByPopcorn,
    MissingIsa,
    BuildDiffers,
    NoEmulator,
    CannotStart,
}

/// <summary>A program that is refused before anything ran.</summary>
public sealed class ProgramException : PopcornException
{
    public ProgramException()
    {
    }

    public ProgramException(string message)
        : base(message)
    {
    }

    public ProgramException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public ProgramException(ProgramRefusal reason, string message)
        : base(message) => Reason = reason;

    public ProgramRefusal Reason { get; }
}

using Popcorn.Core;

namespace Popcorn.Llvm;

/// <summary>LLVM refused a module or gave up on it; the message is LLVM's own.</summary>
public sealed class LlvmException : PopcornException
{
    public LlvmException()
    {
    }

    public LlvmException(string message)
        : base(message)
    {
    }

    public LlvmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

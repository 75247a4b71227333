using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>
/// The command cannot go on: a refused option, a missing file, a disk that is full. The message goes to the user behind
/// <c>popcorn cc: error:</c>.
/// </summary>
public sealed class DriverException : PopcornException
{
    public DriverException()
    {
    }

    public DriverException(string message)
        : base(message)
    {
    }

    public DriverException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

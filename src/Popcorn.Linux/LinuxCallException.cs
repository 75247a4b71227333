using System.Runtime.InteropServices;
using Popcorn.Core;

namespace Popcorn.Linux;

/// <summary>A system call failed: which, with what errno, while doing what.</summary>
public sealed class LinuxCallException : PopcornException
{
    public LinuxCallException()
    {
    }

    public LinuxCallException(string message)
        : base(message)
    {
    }

    public LinuxCallException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <param name="call">C name of the call.</param>
    /// <param name="errno">errno, read before anything else ran.</param>
    /// <param name="sentence">What we were doing, to what; the reason is appended.</param>
    public LinuxCallException(string call, int errno, string sentence)
        : base($"{sentence}: {Marshal.GetPInvokeErrorMessage(errno)} ({call})")
    {
        Call = call;
        Errno = errno;
    }

    public string Call { get; } = "";

    public int Errno { get; }
}

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Popcorn.Llvm;

/// <summary>
/// Runs work that calls LLVM on a thread of its own, so that a fatal error inside LLVM (which must not return to its
/// caller) ends the work and not the process: the thread is left sleeping for good, and the caller gets the message.
/// </summary>
public static class LlvmGuard
{
    // LLVM's recursive walks over deep expressions need more than a default thread stack.
    private const int StackBytes = 256 << 20;

    [ThreadStatic]
    private static Job? _current;

    private sealed class Job : IDisposable
    {
        public ManualResetEventSlim Done { get; } = new();

        public string? FatalMessage { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }

        public void Dispose() => Done.Dispose();
    }

    /// <summary>The value of <paramref name="work"/>; throws <see cref="LlvmException"/> when LLVM gave up.</summary>
    public static T Run<T>(Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        LlvmLibrary.Load();
        if (_current is not null)
            return work();
        T result = default!;
        // Not disposed: a thread that LLVM gave up on may still hold it.
        Job job = new();
        Thread thread = new(
            () =>
            {
                _current = job;
                try
                {
                    result = work();
                }
#pragma warning disable CA1031 // Everything is carried to the caller's thread.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    job.Failure = ExceptionDispatchInfo.Capture(failure);
                }
                job.Done.Set();
            },
            StackBytes)
        { IsBackground = true, Name = "llvm" };
        thread.Start();
        job.Done.Wait();
        if (job.FatalMessage is not null)
            throw new LlvmException(job.FatalMessage);
        job.Failure?.Throw();
        thread.Join();
        return result;
    }

    [UnmanagedCallersOnly]
    internal static void OnFatalError(nint reason)
    {
        string message = Marshal.PtrToStringUTF8(reason) ?? "LLVM stopped without a reason";
        if (_current is not { } job)
        {
            Console.Error.WriteLine("popcorn: LLVM stopped: " + message);
            Environment.Exit((int)Core.ExitCode.InternalBug);
            return;
        }
        job.FatalMessage = message;
        job.Done.Set();
        Thread.Sleep(Timeout.Infinite);
    }
}

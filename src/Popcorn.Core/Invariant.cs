using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Popcorn.Core;

/// <summary>
/// Checks for our own bugs. A violation ends the process, also in Release, since going on could lose or duplicate
/// a user's process. Never use it on input.
/// </summary>
public static class Invariant
{
    /// <summary>Tests install a hook that throws, so a violation fails one test and not the host.</summary>
    public static Action<string>? OnViolation { get; set; }

    public static void Check(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string what = "",
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
            Fail($"{Path.GetFileName(file)}:{line}: invariant violated: {what}");
    }

    [DoesNotReturn]
    public static void Fail(string sentence)
    {
        OnViolation?.Invoke(sentence);
        Environment.FailFast(sentence);
        throw new UnreachableException();
    }
}

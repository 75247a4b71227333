using Popcorn.Core;

namespace Popcorn.StateMap.Building;

/// <summary>
/// Holds what two ISAs' executables say about their sites against each other. Anything but equality would resume a
/// frame with the wrong values, so every difference is an error.
/// </summary>
internal sealed class SiteVerifier(DiagnosticSink sink)
{
    /// <summary>Arbitrary: one wrong pass makes thousands of equal complaints.</summary>
    private const int ErrorsMax = 20;

    private int _errors;

    internal void Compare(
        Isa firstIsa, IReadOnlyList<SiteFunction> first, Isa secondIsa, IReadOnlyList<SiteFunction> second,
        string where)
    {
        Dictionary<ulong, SiteFunction> byAddress = [];
        foreach (SiteFunction function in second)
            byAddress[function.Address] = function;
        foreach (SiteFunction function in first)
        {
            if (!byAddress.Remove(function.Address, out SiteFunction? other))
                Missing(function, firstIsa, secondIsa, where);
            else
                Compare(firstIsa, function, secondIsa, other, where);
        }
        foreach (SiteFunction function in second)
        {
            if (byAddress.ContainsKey(function.Address))
                Missing(function, secondIsa, firstIsa, where);
        }
    }

    internal void Error(string code, string where, string sentence)
    {
        _errors++;
        if (_errors <= ErrorsMax)
            sink.Error(code, where, sentence);
        else if (_errors == ErrorsMax + 1)
            sink.Error(code, where, "more differences follow and are not shown");
    }

    private void Missing(SiteFunction function, Isa present, Isa absent, string where) => Error(
        "PC0402", where,
        $"function '{function.Name}' at 0x{function.Address:x} has sites on {present.Name()}, "
        + $"none at that address on {absent.Name()}");

    private void Compare(Isa firstIsa, SiteFunction first, Isa secondIsa, SiteFunction second, string where)
    {
        if (first.Name != second.Name)
        {
            Error(
                "PC0402", where,
                $"address 0x{first.Address:x} is '{first.Name}' on {firstIsa.Name()} "
                + $"and '{second.Name}' on {secondIsa.Name()}");
            return;
        }
        if (first.Sites.Count != second.Sites.Count)
        {
            Error(
                "PC0403", where,
                $"function '{first.Name}' has {first.Sites.Count} sites on {firstIsa.Name()}, "
                + $"{second.Sites.Count} on {secondIsa.Name()}");
            return;
        }
        for (int i = 0; i < first.Sites.Count; i++)
            Compare(firstIsa, first.Sites[i], secondIsa, second.Sites[i], $"function '{first.Name}', site {i}", where);
    }

    private void Compare(Isa firstIsa, SiteModel first, Isa secondIsa, SiteModel second, string what, string where)
    {
        what += Line(first.Detail);
        if (first.Kind != second.Kind)
        {
            Error(
                "PC0404", where,
                $"{what}: is a {first.Kind} on {firstIsa.Name()}, a {second.Kind} on {secondIsa.Name()}");
        }
        if (first.Types.Count != second.Types.Count)
        {
            Error(
                "PC0405", where,
                $"{what}: has {first.Types.Count} live values on {firstIsa.Name()}, "
                + $"{second.Types.Count} on {secondIsa.Name()}");
            return;
        }
        for (int i = 0; i < first.Types.Count; i++)
        {
            if (first.Types[i] != second.Types[i])
            {
                Error(
                    "PC0406", where,
                    $"{what}: live value {i} is {first.Types[i]} on {firstIsa.Name()}, "
                    + $"{second.Types[i]} on {secondIsa.Name()}");
            }
        }
    }

    internal static string Line(SiteDetail detail) => detail.Line == 0 ? "" : $" ({detail.File}:{detail.Line})";
}

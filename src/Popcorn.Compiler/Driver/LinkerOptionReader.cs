namespace Popcorn.Compiler.Driver;

/// <param name="Name">As written; a word without a dash is a file.</param>
/// <param name="Value">Joined by '=' or the next word, if the option has one.</param>
internal readonly record struct LinkerOption(string Name, string? Value);

/// <summary>
/// Puts options and their values together. All <c>-Wl</c> and <c>-Xlinker</c> are one list for the linker, in which a
/// value may come from the next one.
/// </summary>
internal sealed class LinkerOptionReader
{
    private string? _unfinished;

    /// <summary>The option that this word completes, or null when a value is still to come.</summary>
    public LinkerOption? Read(string word)
    {
        if (_unfinished is string option)
        {
            _unfinished = null;
            return new LinkerOption(option, word);
        }

        int equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            return new LinkerOption(word[..equals], word[(equals + 1)..]);
        if (!LinkerOptionTable.TakesValue(LinkerOptionTable.Canonical(word)))
            return new LinkerOption(word, null);
        _unfinished = word;
        return null;
    }

    /// <exception cref="DriverException">The last option misses its value.</exception>
    public void End()
    {
        if (_unfinished is not null)
            throw new DriverException($"linker option '{_unfinished}' misses its value");
    }
}

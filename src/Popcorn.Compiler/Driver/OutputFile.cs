namespace Popcorn.Compiler.Driver;

/// <summary>
/// An output that is whole or not there: written beside its final name, then renamed over it. An output that exists and
/// is no regular file (<c>/dev/null</c>, <c>/dev/stdout</c>) is written in place.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _finalPath;
    private readonly bool _inPlace;
    private bool _committed;

    private OutputFile(string finalPath, string temporaryPath, bool inPlace)
    {
        _finalPath = finalPath;
        TemporaryPath = temporaryPath;
        _inPlace = inPlace;
    }

    /// <summary>The output is a device, not a file to replace.</summary>
    public bool IsInPlace => _inPlace;

    /// <summary>Where the producer writes.</summary>
    public string TemporaryPath { get; }

    public static OutputFile Create(string path)
    {
        if (Directory.Exists(path))
            throw new DriverException($"cannot open output file '{path}': Is a directory");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
            throw new DriverException($"unable to open output file '{path}': No such file or directory");
        if (IsSpecial(path))
            return new OutputFile(
                path, Path.Combine(Path.GetTempPath(), $"popcorn-out-{Guid.NewGuid():n}"), inPlace: true);

        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        Guarded(path, () => File.WriteAllBytes(temporary, []));
        return new OutputFile(path, temporary, inPlace: false);
    }

    public void Commit()
    {
        Guarded(_finalPath, () =>
        {
            if (_inPlace)
            {
                using FileStream target = new(_finalPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
                target.Write(File.ReadAllBytes(TemporaryPath));
            }
            else
            {
                File.Move(TemporaryPath, _finalPath, overwrite: true);
            }
        });
        _committed = !_inPlace;
    }

    public void Dispose()
    {
        if (!_committed)
            File.Delete(TemporaryPath);
    }

    private static bool IsSpecial(string path)
    {
        if (!File.Exists(path))
            return false;
        string full = Path.GetFullPath(path);
        string target = File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        return target.StartsWith("/dev/", StringComparison.Ordinal);
    }

    internal static void Guarded(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DriverException($"unable to write output file '{path}': {failure.Message}", failure);
        }
    }
}

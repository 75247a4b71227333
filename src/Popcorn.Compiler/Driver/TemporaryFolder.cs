using System.Runtime.InteropServices;

namespace Popcorn.Compiler.Driver;

/// <summary>A folder for one command's intermediate files, gone when the command ends, also by Ctrl-C or a terminated
/// build.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _names;
    private string? _path;

    public TemporaryFolder()
    {
        ReadOnlySpan<PosixSignal> ends = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        foreach (PosixSignal signal in ends)
            _signals.Add(PosixSignalRegistration.Create(signal, _ => Remove()));
    }

    public string Root
    {
        get
        {
            lock (_lock)
                return _path ??= Directory.CreateTempSubdirectory("popcorn-cc-").FullName;
        }
    }

    /// <summary>A fresh name in the folder; nothing is created.</summary>
    public string NewPath(string name, string extension) =>
        Path.Combine(Root, $"{Interlocked.Increment(ref _names)}-{Path.GetFileNameWithoutExtension(name)}{extension}");

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _signals)
            registration.Dispose();
        Remove();
    }

    private void Remove()
    {
        lock (_lock)
        {
            if (_path is null)
                return;
            try
            {
                Directory.Delete(_path, recursive: true);
            }
            catch (IOException)
            {
                // Left to the system's own cleaning of its temporary folder; the command itself has succeeded or failed
                // already.
            }

            _path = null;
        }
    }
}

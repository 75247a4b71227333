using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>
/// Puts a program in place: <c>app</c>, runnable here, and <c>app.popcorn/</c> with every ISA's executable and the
/// state map. All files are written first and renamed after, so a failure leaves the old program; the build id in each
/// tells a mixture apart. </summary>
internal static class ProgramOutput
{
    public const string FolderSuffix = ".popcorn";
    public const string StateMapName = "statemap";

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static void Write(string output, LinkedProgram program)
    {
        using OutputFile app = OutputFile.Create(output);
        OutputFile.Guarded(output, () => WriteExecutable(app.TemporaryPath, program.Application));
        if (app.IsInPlace)
        {
            app.Commit();
            return;
        }

        string folder = output + FolderSuffix;
        string staging = Path.Combine(
            Path.GetDirectoryName(Path.GetFullPath(output))!,
            $".{Path.GetFileName(output)}.{Environment.ProcessId}{FolderSuffix}");
        try
        {
            OutputFile.Guarded(folder, () => Fill(staging, program));
            OutputFile.Guarded(folder, () => Replace(folder, staging));
            app.Commit();
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    private static void Fill(string staging, LinkedProgram program)
    {
        Directory.CreateDirectory(staging);
        foreach ((Isa isa, byte[] bytes) in program.Executables)
            WriteExecutable(Path.Combine(staging, isa.Name()), bytes);
        if (program.StateMap is not null)
            File.WriteAllBytes(Path.Combine(staging, StateMapName), program.StateMap);
    }

    private static void WriteExecutable(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        File.SetUnixFileMode(path, Executable);
    }

    // Processes that run from the old files keep them; only names change.
    private static void Replace(string folder, string staging)
    {
        if (!Directory.Exists(folder))
        {
            Directory.Move(staging, folder);
            return;
        }

        string old = staging + ".old";
        Directory.Move(folder, old);
        Directory.Move(staging, folder);
        Directory.Delete(old, recursive: true);
    }
}

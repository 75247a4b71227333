using System.Diagnostics;
using System.Text;
using Popcorn.Testing;

namespace Popcorn.Tidy.Tests;

/// <summary>The files a rule looks at: what git tracks, or what a test makes up.</summary>
internal sealed class SourceTree
{
    private SourceTree(IReadOnlyList<SourceFile> files) => Files = files;

    public IReadOnlyList<SourceFile> Files { get; }

    public IEnumerable<SourceFile> CSharp => Files.Where(file => file.IsCSharp);

    public IEnumerable<SourceFile> Code => Files.Where(file => file.IsCode);

    public static SourceTree Of(params (string Path, string Text)[] files) =>
        new([.. files.Select(file => new SourceFile(file.Path, file.Text))]);

    /// <summary>The tracked tree this test was built from. Binary files are left out.</summary>
    public static SourceTree Tracked()
    {
        string root = CloneRoot.Path;
        List<SourceFile> files = [];
        foreach (string path in Git(root).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            string full = Path.Combine(root, path);
            // Deleted and not yet committed, or a symbolic link to nowhere.
            if (!File.Exists(full))
                continue;
            byte[] bytes = File.ReadAllBytes(full);
            if (!bytes.AsSpan().Contains((byte)0))
                files.Add(new SourceFile(path, Encoding.UTF8.GetString(bytes)));
        }
        return new SourceTree(files);
    }

    private static string Git(string root)
    {
        // A clone may belong to another user than the one that tests it.
        ProcessStartInfo start = new("git", ["-c", "safe.directory=*", "-C", root, "ls-files", "-z"])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("cannot start git");
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(
            $"git ls-files: exit {process.ExitCode}");
    }
}

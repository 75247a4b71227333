using System.Globalization;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>inotify: the watches, whose files fdinfo names by handle.</summary>
internal static class WatchReader
{
    // linux/inotify.h: what inotify_add_watch takes; fdinfo shows internal bits as well.
    private const uint MaskOfUser = 0xfff | 0x0500_0000;

    public static FileWatchObject Read(OpenDescription description)
    {
        int waiting = KernelFile.Readable(description.File);
        if (waiting > 0)
        {
            throw new UnsavableException(
                $"has {waiting} bytes of file events that the program has not read yet", passes: true);
        }
        List<WatchEntry> watches = [];
        foreach (string line in description.Lines.Where(l => l.StartsWith("inotify ", StringComparison.Ordinal)))
            watches.Add(ReadWatch(line));
        return new FileWatchObject([.. watches.OrderBy(w => w.Number)]);
    }

    /// <summary>"inotify wd:1 ino:9e7e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1
    /// f_handle:7e9e0000640d1b6d", numbers in hex.</summary>
    private static WatchEntry ReadWatch(string line)
    {
        Dictionary<string, string> fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(w => w.Split(':', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        int number = int.Parse(fields["wd"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        uint mask = uint.Parse(fields["mask"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        string path = FindPath(fields)
            ?? throw new UnsavableException(
                $"watches a file (watch {number}, inode 0x{fields["ino"]}) whose path cannot be found; only root may " +
                "ask the kernel for it");
        return new WatchEntry(number, path, mask & MaskOfUser);
    }

    private static string? FindPath(Dictionary<string, string> fields)
    {
        if (!fields.TryGetValue("f_handle", out string? handle))
            return null;
        int type = int.Parse(fields["fhandle-type"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        uint device = uint.Parse(fields["sdev"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        foreach (string mountPoint in ProcessFiles.MountPoints(device))
        {
            string? path = KernelObjects.PathOfHandle(mountPoint, type, Convert.FromHexString(handle));
            if (path is not null)
                return path;
        }
        return null;
    }
}

namespace Popcorn.Compiler.Link;

/// <summary>
/// Files by content name under <c>build/cache</c>. An entry is a folder that appears whole, by a rename, and is never
/// changed, so any number of commands may share it. No failure of the cache is an error: a miss costs time only.
/// </summary>
internal sealed class ObjectCache(string root)
{
    // An arbitrary share of a developer's disk: about 100 builds of a program of SQLite's size.
    private const long BytesMax = 2L << 30;

    // A link that found an entry uses it for seconds; nothing younger than this is taken away.
    private static readonly TimeSpan AgeMin = TimeSpan.FromHours(1);

    private readonly string _root = root;

    /// <summary>The entry's folder, or null. A hit counts as use.</summary>
    public string? Find(ContentHash key)
    {
        string folder = FolderOf(key);
        try
        {
            if (!Directory.Exists(folder))
                return null;
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow);
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>A new empty folder on the cache's own file system, to fill and then <see cref="Publish"/>; null when
    /// there is no place.</summary>
    public string? Begin()
    {
        try
        {
            string staging = Path.Combine(_root, "staging", $"{Environment.ProcessId}-{Guid.NewGuid():n}");
            Directory.CreateDirectory(staging);
            return staging;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Moves a filled folder to its name. Returns where the files are now; the folder itself when it could not
    /// be moved.</summary>
    public string Publish(ContentHash key, string staging)
    {
        string folder = FolderOf(key);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(staging, folder);
            return folder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Another command was first, and its entry is as good as ours.
            if (!Directory.Exists(folder))
                return staging;
            Discard(staging);
            return folder;
        }
    }

    public static void Discard(string staging)
    {
        try
        {
            Directory.Delete(staging, recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Staging folders are swept by Trim.
        }
    }

    /// <summary>Removes the entries unused for longest until the cache is within its bound. Does nothing within an hour
    /// of the last time.</summary>
    public void Trim()
    {
        try
        {
            DirectoryInfo folder = new(_root);
            string stamp = Path.Combine(_root, "trimmed");
            if (!folder.Exists || (File.Exists(stamp) && DateTime.UtcNow - File.GetLastWriteTimeUtc(stamp) < AgeMin))
                return;
            File.WriteAllText(stamp, "");
            Trim(folder, BytesMax, DateTime.UtcNow - AgeMin);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Tried again in an hour, or by the next command.
        }
    }

    /// <summary>Removes every entry not found or published since.</summary>
    public void RemoveUnused(DateTime since) => Trim(new DirectoryInfo(_root), bytesMax: 0, usedBefore: since);

    internal static void Trim(DirectoryInfo root, long bytesMax, DateTime usedBefore)
    {
        List<(DirectoryInfo Entry, long Bytes)> entries = [];
        long total = 0;
        foreach (DirectoryInfo shelf in root.EnumerateDirectories())
        {
            foreach (DirectoryInfo entry in shelf.EnumerateDirectories())
            {
                long bytes = entry.EnumerateFiles().Sum(file => file.Length);
                total += bytes;
                entries.Add((entry, bytes));
                if (shelf.Name == "staging" && entry.LastWriteTimeUtc < usedBefore)
                    entry.Delete(recursive: true);
            }
        }

        foreach ((DirectoryInfo entry, long bytes) in entries.OrderBy(entry => entry.Entry.LastWriteTimeUtc))
        {
            if (total <= bytesMax || entry.LastWriteTimeUtc >= usedBefore)
                return;
            if (entry.Exists)
                Discard(entry.FullName);
            total -= bytes;
        }
    }

    private string FolderOf(ContentHash key)
    {
        string name = key.ToString();
        return Path.Combine(_root, name[..2], name[2..]);
    }
}

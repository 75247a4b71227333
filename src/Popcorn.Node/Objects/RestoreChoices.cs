using Popcorn.Core;

namespace Popcorn.Node.Objects;

/// <summary>What the user who restores decided about a world that has changed.</summary>
/// <param name="Force">Go on although files differ from what they were, or belong to another user.</param>
/// <param name="Paths">Old path, or folder, to new one.</param>
public sealed record RestoreChoices(bool Force, IReadOnlyList<(string Old, string New)> Paths)
{
    public static RestoreChoices None { get; } = new(Force: false, []);

    /// <summary>Reads <c>OLD=NEW</c> texts.</summary>
    public static RestoreChoices Parse(bool force, IReadOnlyList<string> maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        List<(string, string)> paths = [];
        foreach (string map in maps)
        {
            int equals = map.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || equals == map.Length - 1)
                throw new PopcornException($"--map '{map}': it must be OLD=NEW");
            string old = map[..equals];
            if (!old.StartsWith('/'))
                throw new PopcornException(
                    $"--map '{map}': the old path must be absolute, as 'popcorn inspect' shows it");
            paths.Add((Trim(old), Trim(Path.GetFullPath(map[(equals + 1)..]))));
        }
        return new RestoreChoices(force, paths);
    }

    /// <summary>Where a path of the image is to be found now; the longest match decides.</summary>
    public string Map(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        (string Old, string New) best = ("", "");
        foreach ((string Old, string New) pair in Paths)
        {
            bool matches = path == pair.Old || path.StartsWith(pair.Old + "/", StringComparison.Ordinal);
            if (matches && pair.Old.Length > best.Old.Length)
                best = pair;
        }
        return best.Old.Length == 0 ? path : best.New + path[best.Old.Length..];
    }

    private static string Trim(string path) => path.Length > 1 ? path.TrimEnd('/') : path;
}

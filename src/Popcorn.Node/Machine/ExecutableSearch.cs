namespace Popcorn.Node.Machine;

/// <summary>Finds a tool in PATH, as a shell would.</summary>
public static class ExecutableSearch
{
    /// <summary>Its path, or null.</summary>
    public static string? Find(string name)
    {
        // /usr/bin last, for a user whose PATH lacks it.
        string path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }
}

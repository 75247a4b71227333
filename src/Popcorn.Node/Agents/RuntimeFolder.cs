using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Popcorn.Core;
using Popcorn.Linux;

namespace Popcorn.Node.Agents;

/// <summary>
/// The folder with one socket per supervisor, <c>$XDG_RUNTIME_DIR/popcorn</c> or <c>/tmp/popcorn-UID</c>. It is the
/// user's own, with mode 0700: whoever can connect can stop and copy the programs.
/// </summary>
public static class RuntimeFolder
{
    private const string Suffix = ".sock";
    private const string StartingPrefix = "starting-";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(5);

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// The folder, made if it is not there. One that others could have prepared for us is refused, since /tmp is
    /// everybody's.
    /// </summary>
    public static string Open()
    {
        string? runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        string folder = !string.IsNullOrEmpty(runtime) && Directory.Exists(runtime)
            ? Path.Combine(runtime, "popcorn")
            : $"/tmp/popcorn-{HostProcess.EffectiveUser}";
        Directory.CreateDirectory(folder, OwnerOnly);
        DirectoryInfo facts = new(folder);
        if (facts.LinkTarget is not null
            || facts.UnixFileMode != OwnerOnly || HostProcess.OwnerOf(folder) != HostProcess.EffectiveUser)
            throw new PopcornException($"'{folder}' is not a folder of yours with mode 0700; remove it and try again");
        return folder;
    }

    public static string SocketPath(string folder, int pid) =>
        Path.Combine(folder, pid.ToString(CultureInfo.InvariantCulture) + Suffix);

    /// <summary>Where a supervisor listens until it knows what its program is called.</summary>
    public static string StartingPath(string folder) => Path.Combine(folder, StartingPrefix + Environment.ProcessId);

    /// <summary>
    /// Pids with a socket, whether or not somebody still listens on it. A program that has just been started may say
    /// its first words before its supervisor has the pid's name: whoever starts gets a moment.
    /// </summary>
    public static IReadOnlyList<int> Pids(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        while (AnyStarting(folder) && Stopwatch.GetElapsedTime(start) < s_patience)
            Thread.Sleep(s_betweenLooks);
        List<int> pids = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + Suffix))
        {
            if (int.TryParse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture, out int pid))
                pids.Add(pid);
        }
        pids.Sort();
        return pids;
    }

    private static bool AnyStarting(string folder) => Directory.EnumerateFiles(folder, StartingPrefix + "*")
        .Any(f => Directory.Exists($"/proc/{Path.GetFileName(f)[StartingPrefix.Length..]}"));

    /// <summary>Connects to a supervisor. One that has died without tidying up leaves a socket nobody answers: it is
    /// removed.</summary>
    public static Socket? TryConnect(string folder, int pid)
    {
        string path = SocketPath(folder, pid);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode == SocketError.ConnectionRefused)
                File.Delete(path);
            return null;
        }
    }
}

using System.Globalization;

namespace Popcorn.Linux;

/// <summary>System V shared memory segments, as proc_sysvipc_shm(5) lists those of our name space.</summary>
public static class SharedSegments
{
    private const int IdColumn = 1;
    private const int BytesColumn = 3;

    /// <summary>Size of a segment in whole pages.</summary>
    public static ulong BytesOf(int segment)
    {
        foreach (string line in File.ReadLines("/proc/sysvipc/shm").Skip(1))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (int.Parse(columns[IdColumn], CultureInfo.InvariantCulture) != segment)
                continue;
            ulong bytes = ulong.Parse(columns[BytesColumn], CultureInfo.InvariantCulture);
            return (bytes + PresentPages.PageBytes - 1) / PresentPages.PageBytes * PresentPages.PageBytes;
        }
        throw new LinuxCallException($"System V shared memory segment {segment} is not there any more");
    }
}

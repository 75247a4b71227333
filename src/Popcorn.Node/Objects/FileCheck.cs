using System.Globalization;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>Whether a file is still what it was when the checkpoint was taken.</summary>
public static class FileCheck
{
    /// <summary>Null when it is, or has only grown at its end; else what differs.</summary>
    public static string? FindDifference(FileObject saved, string path)
    {
        ArgumentNullException.ThrowIfNull(saved);
        if (KernelFile.StatusOf(path) is not FileStatus now)
            return "is not there any more";
        const uint TypeMask = 0xf000;
        if ((now.Mode & TypeMask) != (saved.Mode & TypeMask))
            return "is not of the kind it was";
        if (!now.IsRegular || (now.Bytes == saved.Bytes && now.ModifiedNs == saved.ModifiedNs))
            return null;
        if (now.Bytes < saved.Bytes)
            return $"has become shorter: {saved.Bytes} bytes then, {now.Bytes} now";
        if (saved.CheckedBytes > 0 || saved.Bytes == 0)
        {
            (ulong bytes, uint checksum) = saved.Bytes == 0 ? (0, 0) : FileReader.ChecksumOf(path, saved.CheckedBytes);
            if ((bytes, checksum) != (saved.CheckedBytes, saved.Checksum))
                return $"has other contents than it had (changed {Time(now.ModifiedNs)})";
            // What was compared is all there was, or a log that went on: its known start is the same.
            if (saved.CheckedBytes == saved.Bytes || now.Bytes > saved.Bytes)
                return null;
        }
        return $"has been changed: last on {Time(saved.ModifiedNs)} then, on {Time(now.ModifiedNs)} now";
    }

    private static string Time(long nanoseconds) => DateTimeOffset.FromUnixTimeMilliseconds(nanoseconds / 1_000_000)
        .ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}

using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// The kernel's tables that keep the connections of images waiting, each named for its image, and for how long. A
/// connection that is in none has been told that nobody is there, or will be.
/// </summary>
public static class ImageFilter
{
    private const string Prefix = "popcorn-";

    /// <summary>While a checkpoint is taken or restored; one that takes longer fails.</summary>
    public static TimeSpan WhileWorking { get; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// While there is only the image. The other side has nobody to talk to so long, and whoever forgets the image takes
    /// nothing from the machine for good. A peer with unconfirmed data gives up after a quarter of an hour anyway
    /// (tcp_retries2).
    /// </summary>
    public static TimeSpan WhileStopped { get; } = TimeSpan.FromHours(1);

    public static ConnectionFilter Of(ImageIdentity image) => new(Prefix + image);

    /// <summary>The connections that wait on this machine, by their table.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<ConnectionEnds, TimeSpan>> ReadAll() =>
        ConnectionFilter.Names(Prefix).ToDictionary(n => n, n => new ConnectionFilter(n).Read());

    /// <summary>Removes what is left of those whose time is over. One that a checkpoint is still working with is not
    /// ours to remove.</summary>
    public static void RemoveExpired()
    {
        foreach ((string name, IReadOnlyDictionary<ConnectionEnds, TimeSpan> held) in ReadAll())
        {
            if (held.Count == 0)
                RemoveUnlessOwned(name);
        }
    }

    private static void RemoveUnlessOwned(string name)
    {
        try
        {
            using ConnectionFilter filter = new(name);
            filter.Remove();
        }
        catch (LinuxCallException e) when (e.Errno == Errno.Perm)
        {
            // Its owner does, or the kernel when that one ends.
        }
    }

    /// <summary>Nobody waits for the image any more; returns how many connections did.</summary>
    public static int LetGo(ImageIdentity image)
    {
        if (WhyNot() is string missing)
            throw new PopcornException($"connections cannot be let go: {missing}");
        using ConnectionFilter filter = Of(image);
        if (!ReadAll().TryGetValue(filter.Name, out IReadOnlyDictionary<ConnectionEnds, TimeSpan>? held))
            return 0;
        filter.Remove();
        return held.Count / 2;
    }

    /// <summary>Null when connections can be kept here, else what is missing.</summary>
    public static string? WhyNot()
    {
        const string Needed = "that takes CAP_NET_ADMIN: run 'popcorn run' or 'popcorn restore' as root";
        if (TcpRepair.WhyNot() is LinuxCallException repair)
            return repair.Errno == Errno.Perm ? Needed : $"this kernel does not do that ({repair.Message})";
        try
        {
            _ = ConnectionFilter.Names(Prefix);
            return null;
        }
        catch (LinuxCallException e)
        {
            return e.Errno == Errno.Perm ? Needed : $"that takes a kernel with nf_tables ({e.Message})";
        }
    }
}

using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>
/// Finds the System V shared memory of an image again, or makes it again under the number that the program knows. Those
/// it has made go with it if the program never runs.
/// </summary>
internal sealed class SegmentBuilder(ImageFile image, RestoreChoices choices) : IDisposable
{
    private readonly List<SegmentObject> _made = [];
    private readonly List<SegmentObject> _changed = [];
    private bool _runs;

    /// <summary>Looks before anything is started, and names all that is in the way.</summary>
    public IReadOnlyList<string> FindChanged()
    {
        List<string> wrong = [];
        foreach (SegmentObject saved in image.Objects.OfType<SegmentObject>())
        {
            string? difference = FindDifference(saved, out bool canBeForced);
            if (difference is not null && canBeForced)
                _changed.Add(saved);
            if (difference is not null && !(canBeForced && choices.Force))
                wrong.Add($"System V shared memory segment {saved.Id}{KeyOf(saved)} {difference}");
        }
        return wrong;
    }

    public void Build()
    {
        foreach (SegmentObject saved in image.Objects.OfType<SegmentObject>())
        {
            if (SharedSegments.Find(saved.Id) is SharedSegment found)
            {
                if (_changed.Contains(saved))
                    Fill(found, saved);
                continue;
            }
            SharedSegment made = SharedSegments.TryCreate(new SharedSegment(
                    saved.Id, saved.Key, saved.Mode, saved.User, saved.Group, saved.Bytes, 0, saved.IsRemoved))
                ?? throw new BadInputException(
                    $"System V shared memory segment {saved.Id}{KeyOf(saved)} is gone, and cannot be made under this " +
                    "number again: that takes CAP_CHECKPOINT_RESTORE (root), and no other segment in its place");
            _made.Add(saved);
            Fill(made, saved);
        }
    }

    /// <summary>Just before the program runs, which has them attached: those that had been removed are removed
    /// again.</summary>
    public void Activate()
    {
        foreach (SegmentObject made in _made.Where(m => m.IsRemoved))
            SharedSegments.Remove(made.Id);
    }

    /// <summary>The program runs, and what was made is its own.</summary>
    public void Release() => _runs = true;

    public void Dispose()
    {
        if (_runs)
            return;
        foreach (SegmentObject made in _made)
            SharedSegments.Remove(made.Id);
    }

    private static string KeyOf(SegmentObject saved) => saved.Key == 0 ? "" : $" (key 0x{saved.Key:x8})";

    /// <param name="canBeForced">What it held can be put back.</param>
    private static string? FindDifference(SegmentObject saved, out bool canBeForced)
    {
        canBeForced = false;
        if (SharedSegments.Find(saved.Id) is not SharedSegment now)
        {
            return !saved.IsRemoved && saved.Key != 0 && SharedSegments.FindKey(saved.Key) is int other
                ? $"is gone, and segment {other} has its key now; remove that one first (ipcrm -m {other})"
                : null;
        }
        if ((now.Key, now.Bytes) != (saved.Key, saved.Bytes))
            return $"is another one now, of {now.Bytes} bytes and key 0x{now.Key:x8}";
        using AttachedSegment attached = new(now, isWritable: false);
        if (SegmentReader.ChecksumOf(attached, now.Bytes) == saved.Checksum)
            return null;
        canBeForced = true;
        return "has other contents than it had" +
            $"{(now.Attached > 0 ? $", and {now.Attached} processes use it" : "")}; --force puts the old ones back";
    }

    private void Fill(SharedSegment segment, SegmentObject saved)
    {
        using AttachedSegment attached = new(segment, isWritable: true);
        attached.Clear();
        image.ReadContents(saved.Contents, attached.Write);
    }
}

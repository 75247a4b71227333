using Popcorn.Node.Moves;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Objects;

/// <summary>The kernel objects of some processes, as an image holds them.</summary>
/// <param name="Descriptors">Per process.</param>
/// <param name="RecordLocks">Per process.</param>
/// <param name="Obstacles">What cannot be saved is missing from the lists.</param>
public sealed record CapturedObjects(
    IReadOnlyList<ImageObject> Objects,
    IReadOnlyList<ImageDescription> Descriptions,
    IReadOnlyList<IReadOnlyList<ImageDescriptor>> Descriptors,
    IReadOnlyList<IReadOnlyList<ImageRecordLock>> RecordLocks,
    ObjectContents Contents,
    IReadOnlyList<Obstacle> Obstacles);

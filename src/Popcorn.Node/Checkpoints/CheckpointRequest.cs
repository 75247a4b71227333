namespace Popcorn.Node.Checkpoints;

/// <summary>What is asked of a checkpoint.</summary>
/// <param name="Path">Absolute path of the image.</param>
/// <param name="Stop">End the program once it is saved.</param>
/// <param name="Sync">Wait for the disk; without, the image survives the program's end but not a power cut.</param>
public sealed record CheckpointRequest(string Path, bool Stop, bool Sync, ImageOptions Image);

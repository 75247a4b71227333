namespace Popcorn.Wire.Image;

/// <summary>An entry of a process's descriptor table; several, of any process, may name one description.</summary>
/// <param name="Description">Index into the image's list of open file descriptions.</param>
public readonly record struct ImageDescriptor(int Number, bool CloseOnExec, int Description);

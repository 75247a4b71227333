namespace Popcorn.Node.Moves;

/// <summary>Something that stands in the way of a move, as a sentence for the user.</summary>
/// <param name="Passes">It goes away by itself in a moment: a process is just starting, or ending; a file is
/// looked at.</param>
public readonly record struct Obstacle(string Sentence, bool Passes = false)
{
    public static implicit operator Obstacle(string sentence) => new(sentence);

    public static Obstacle Ending { get; } = new("the program is ending", Passes: true);

    /// <summary>The sentences alone, each once.</summary>
    public static IReadOnlyList<string> Sentences(IEnumerable<Obstacle> obstacles) =>
        [.. obstacles.Select(o => o.Sentence).Distinct()];
}

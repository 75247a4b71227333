namespace Popcorn.StateMap;

/// <summary>Numbers strings so that the most used get the smallest numbers, hence the shortest references.</summary>
internal sealed class StringTable
{
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    internal IReadOnlyList<string> InOrder { get; private set; } = [];

    internal void Use(string text) => _uses[text] = _uses.GetValueOrDefault(text) + 1;

    internal void Assign()
    {
        List<KeyValuePair<string, int>> order = [.. _uses];
        order.Sort((left, right) =>
        {
            int byUse = right.Value.CompareTo(left.Value);
            return byUse != 0 ? byUse : string.CompareOrdinal(left.Key, right.Key);
        });
        InOrder = order.ConvertAll(entry => entry.Key);
        for (int i = 0; i < order.Count; i++)
            _numbers[order[i].Key] = i;
    }

    internal int NumberOf(string text) => _numbers[text];
}

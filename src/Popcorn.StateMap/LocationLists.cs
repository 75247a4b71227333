using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>
/// Encodes the location lists of one ISA: a dictionary gives the most used locations one byte each, and a list that
/// occurs more than once is stored once.
/// </summary>
internal sealed class LocationLists
{
    /// <summary>A list of fewer bytes is cheaper in place than behind a reference.</summary>
    private const int SharedBytesMin = 3;

    private readonly Dictionary<ValueLocation, byte> _codes = [];
    private readonly List<byte[]> _shared = [];
    private readonly Dictionary<string, int> _sharedNumbers = new(StringComparer.Ordinal);
    private readonly List<ValueLocation> _dictionary = [];

    internal LocationLists(IReadOnlyList<ReturnPoint> points)
    {
        ChooseDictionary(points);
        ChooseShared(points);
    }

    internal IReadOnlyList<ValueLocation> Dictionary => _dictionary;

    internal IReadOnlyList<byte[]> Shared => _shared;

    /// <summary>ULEB128 of 2 × bytes + 1 and the list, or of 2 × number of a shared list.</summary>
    internal void Write(IReadOnlyList<ValueLocation> locations, FieldWriter writer)
    {
        byte[] list = Encode(locations);
        if (_sharedNumbers.TryGetValue(KeyOf(list), out int number))
        {
            writer.Uleb128(2 * (ulong)number);
            return;
        }
        writer.Uleb128((2 * (ulong)list.Length) + 1);
        writer.Bytes(list);
    }

    private void ChooseDictionary(IReadOnlyList<ReturnPoint> points)
    {
        Dictionary<ValueLocation, int> uses = [];
        foreach (ReturnPoint point in points)
        {
            foreach (ValueLocation location in point.Locations)
                uses[location] = uses.GetValueOrDefault(location) + 1;
        }
        List<KeyValuePair<ValueLocation, int>> order = [.. uses];
        order.Sort((left, right) =>
        {
            int byUse = right.Value.CompareTo(left.Value);
            return byUse != 0 ? byUse : Compare(left.Key, right.Key);
        });
        foreach ((ValueLocation location, _) in order)
        {
            if (_dictionary.Count == StateMapFormat.DictionaryRowsMax)
                break;
            _codes.Add(location, (byte)_dictionary.Count);
            _dictionary.Add(location);
        }
    }

    private void ChooseShared(IReadOnlyList<ReturnPoint> points)
    {
        Dictionary<string, (int Uses, byte[] List)> uses = new(StringComparer.Ordinal);
        foreach (ReturnPoint point in points)
        {
            byte[] list = Encode(point.Locations);
            if (list.Length < SharedBytesMin)
                continue;
            string key = KeyOf(list);
            uses[key] = (uses.GetValueOrDefault(key).Uses + 1, list);
        }
        List<KeyValuePair<string, (int Uses, byte[] List)>> order = [.. uses];
        order.RemoveAll(entry => entry.Value.Uses < 2);
        order.Sort((left, right) =>
        {
            int byUse = right.Value.Uses.CompareTo(left.Value.Uses);
            return byUse != 0 ? byUse : string.CompareOrdinal(left.Key, right.Key);
        });
        foreach ((string key, (_, byte[] list)) in order)
        {
            _sharedNumbers.Add(key, _shared.Count);
            _shared.Add(list);
        }
    }

    private byte[] Encode(IReadOnlyList<ValueLocation> locations)
    {
        FieldWriter writer = new();
        foreach (ValueLocation location in locations)
        {
            if (_codes.TryGetValue(location, out byte code))
            {
                writer.U8(code);
                continue;
            }
            switch (location.Kind)
            {
                case LocationKind.Constant:
                    writer.U8(StateMapFormat.EscapeConstant);
                    writer.Sleb128(location.Operand);
                    break;
                case LocationKind.Register:
                    writer.U8(StateMapFormat.EscapeRegister);
                    writer.Uleb128(location.Register);
                    break;
                default:
                    writer.U8(StateMapFormat.EscapeMemory);
                    writer.Uleb128(location.Register);
                    writer.Sleb128(location.Operand);
                    break;
            }
        }
        return writer.Written.ToArray();
    }

    /// <summary>Bytes as a string, one char each: a ready-made hashable key.</summary>
    private static string KeyOf(byte[] list) => string.Create(list.Length, list, static (chars, bytes) =>
    {
        for (int i = 0; i < bytes.Length; i++)
            chars[i] = (char)bytes[i];
    });

    private static int Compare(ValueLocation left, ValueLocation right)
    {
        int order = left.Kind.CompareTo(right.Kind);
        if (order == 0)
            order = left.Register.CompareTo(right.Register);
        return order != 0 ? order : left.Operand.CompareTo(right.Operand);
    }
}

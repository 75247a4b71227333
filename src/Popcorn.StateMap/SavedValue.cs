using System.Globalization;

namespace Popcorn.StateMap;

/// <summary>
/// A value that a migration point's own code keeps in memory while the thread is parked (<see cref="SavedArea"/>). No
/// move needs to know of it; people who look at the innermost frame do.
/// </summary>
/// <param name="Name">Source name, empty where none is known.</param>
/// <param name="Type">Null for a type that no record can hold, such as a 32-byte vector.</param>
public sealed record SavedValue(string Name, LiveValueType? Type, long SizeBytes)
{
    /// <summary>As in <c>i32</c>, <c>ptr</c>, <c>bytes32</c>.</summary>
    public string TypeText => Type?.ToString() ?? string.Create(CultureInfo.InvariantCulture, $"bytes{SizeBytes}");
}

using System.Globalization;

namespace Popcorn.Core;

/// <summary>An address in a program's address space, which is common to all ISAs. Never an address of this process.</summary>
public readonly record struct VirtualAddress(ulong Value) : IComparable<VirtualAddress>
{
    public int CompareTo(VirtualAddress other) => Value.CompareTo(other.Value);

    public static VirtualAddress operator +(VirtualAddress address, ulong bytes) => new(address.Value + bytes);

    public static ulong operator -(VirtualAddress left, VirtualAddress right) => left.Value - right.Value;

    public static bool operator <(VirtualAddress left, VirtualAddress right) => left.Value < right.Value;

    public static bool operator >(VirtualAddress left, VirtualAddress right) => left.Value > right.Value;

    public static bool operator <=(VirtualAddress left, VirtualAddress right) => left.Value <= right.Value;

    public static bool operator >=(VirtualAddress left, VirtualAddress right) => left.Value >= right.Value;

    public static VirtualAddress Add(VirtualAddress address, ulong bytes) => address + bytes;

    public static ulong Subtract(VirtualAddress left, VirtualAddress right) => left - right;

    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}

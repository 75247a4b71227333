using Popcorn.StateMap;

namespace Popcorn.Samples;

/// <summary>Value mixes for the sample functions.</summary>
internal static class SampleTypes
{
    internal static IReadOnlyList<SampleValue> Integers { get; } =
    [
        Computed(ValueKind.I64, "i64", 3), Computed(ValueKind.I32, "i32", 5), Computed(ValueKind.I16, "i16", 7),
        Computed(ValueKind.I8, "i8", 9), Computed(ValueKind.I1, "i1", 11), Computed(ValueKind.Pointer, "ptr", 13),
    ];

    internal static IReadOnlyList<SampleValue> Floats { get; } =
    [
        Computed(ValueKind.F64, "double", 3), Computed(ValueKind.F32, "float", 5), Computed(ValueKind.F64, "double", 7),
        Computed(ValueKind.F16, "half", 9),
    ];

    internal static IReadOnlyList<SampleValue> Wide { get; } =
    [
        Computed(ValueKind.I128, "i128", 3), Computed(ValueKind.F128, "fp128", 5),
        SampleValue.Computed(new LiveValueType(ValueKind.Vector16, 16), "<4 x i32>", 7),
        SampleValue.Computed(new LiveValueType(ValueKind.Vector16, 16), "<2 x double>", 9),
        SampleValue.Computed(new LiveValueType(ValueKind.Vector8, 8), "<2 x float>", 11),
        SampleValue.Computed(new LiveValueType(ValueKind.Vector8, 8), "<8 x i8>", 13),
    ];

    internal static IReadOnlyList<SampleValue> Mixed { get; } =
        [.. Integers.Zip(Floats, (left, right) => new[] { right, left }).SelectMany(pair => pair), .. Wide.Take(3)];

    internal static IReadOnlyList<SampleValue> Constants { get; } =
    [
        SampleValue.Constant(new LiveValueType(ValueKind.I32), "i32", "7", 7),
        SampleValue.Constant(new LiveValueType(ValueKind.I64), "i64", "-5", unchecked((ulong)-5L)),
        SampleValue.Constant(new LiveValueType(ValueKind.I8), "i8", "-1", 0xff),
        SampleValue.Constant(new LiveValueType(ValueKind.I64), "i64", "81985529216486895", 0x0123456789abcdef),
        SampleValue.Constant(new LiveValueType(ValueKind.F64), "double", "1.5", BitConverter.DoubleToUInt64Bits(1.5)),
        SampleValue.Constant(new LiveValueType(ValueKind.F32), "float", "2.5", BitConverter.SingleToUInt32Bits(2.5f)),
        SampleValue.Constant(
            new LiveValueType(ValueKind.I128), "i128", "18446744073709551617", (UInt128.One << 64) + 1),
        SampleValue.Constant(new LiveValueType(ValueKind.Pointer), "ptr", "null", 0),
    ];

    internal static IReadOnlyList<SampleValue> Many { get; } = [.. Enumerable.Range(0, 40).Select(i => (i % 3) switch
    {
        0 => Computed(ValueKind.I64, "i64", (ulong)(2 * i) + 17),
        1 => Computed(ValueKind.I32, "i32", (ulong)(2 * i) + 17),
        _ => Computed(ValueKind.F64, "double", (ulong)(2 * i) + 17),
    })];

    private static SampleValue Computed(ValueKind kind, string llvmType, ulong factor) =>
        SampleValue.Computed(new LiveValueType(kind), llvmType, factor);
}

using Popcorn.StateMap;

namespace Popcorn.Samples;

/// <summary>
/// A live value of a sample function: its type, and how it follows from the function's argument <c>x</c>, once as IR
/// and once as arithmetic, so that a test knows what a stack must hold.
/// </summary>
public sealed class SampleValue
{
    private readonly string _llvmType;
    private readonly ulong _factor;
    private readonly string? _constant;
    private readonly UInt128 _constantBits;

    private SampleValue(LiveValueType type, string llvmType, ulong factor, string? constant, UInt128 constantBits)
    {
        Type = type;
        _llvmType = llvmType;
        _factor = factor;
        _constant = constant;
        _constantBits = constantBits;
    }

    public LiveValueType Type { get; }

    public string Operand(int index) => $"{_llvmType} {Name(index)}";

    public static SampleValue Computed(LiveValueType type, string llvmType, ulong factor) =>
        new(type, llvmType, factor | 1, constant: null, 0);

    public static SampleValue Constant(LiveValueType type, string llvmType, string constant, UInt128 bits) =>
        new(type, llvmType, 0, constant, bits);

    public UInt128 Expect(ulong x) => _constant is not null
        ? _constantBits
        : Type.Mask(Type.SizeBytes > 8 ? Wide(x) : Narrow(x));

    /// <summary>IR that computes the value from %x.</summary>
    public string Definition(int index)
    {
        if (_constant is not null)
            return "";
        if (Type.SizeBytes > 8)
        {
            return $"""
                  %w{index} = zext i64 %x to i128
                  %k{index} = mul i128 %w{index}, {WideFactor}
                  %t{index} = add i128 %k{index}, 0
                  {Name(index)} = {Cast(index)}

                """;
        }
        int bits = Type.Kind == ValueKind.I1 ? 1 : 8 * Type.SizeBytes;
        string truncate = bits == 64 ? "add i64 0," : "trunc i64";
        string to = bits == 64 ? "" : $" to i{bits}";
        return $"""
              %m{index} = mul i64 %x, {(long)_factor}
              %t{index} = {truncate} %m{index}{to}
              {Name(index)} = {Cast(index)}

            """;
    }

    /// <summary>IR that reads the value behind the call, so that it must live across it.</summary>
    public string Use(int index) => $"  store volatile {Operand(index)}, ptr @sink\n";

    private UInt128 WideFactor => ((UInt128)_factor << 61) + 12345;

    private string Name(int index) => _constant ?? $"%v{index}";

    private ulong Narrow(ulong x) => unchecked(x * _factor);

    private UInt128 Wide(ulong x) => unchecked(x * WideFactor);

    private string Cast(int index)
    {
        int bits = Type.Kind == ValueKind.I1 ? 1 : 8 * Type.SizeBytes;
        return Type.Kind == ValueKind.Pointer
            ? $"inttoptr i64 %t{index} to ptr"
            : $"bitcast i{bits} %t{index} to {_llvmType}";
    }
}

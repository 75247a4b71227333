namespace Popcorn.Fuzz;

/// <summary>
/// Random expressions without side effects: C leaves open in which order operands are evaluated, so calls of generated
/// functions are statements of their own.
/// </summary>
internal sealed class ExpressionWriter(Dice dice, IReadOnlyList<StructType> structs)
{
    private static readonly string[] _wrapping = ["+", "-", "*", "&", "|", "^"];
    private static readonly string[] _comparisons = ["==", "!=", "<", "<=", ">", ">="];

    internal string Of(CType type, Scope scope, int depth) => type.Kind switch
    {
        CKind.Signed or CKind.Unsigned => Integer(type, scope, depth),
        CKind.Float => Float(type, scope, depth),
        CKind.Complex => Complex(type, scope, depth),
        CKind.UnsignedVector => Vector(type, scope, depth),
        CKind.DoubleVector => DoubleVector(type, scope, depth),
        _ => Struct(type, scope, depth),
    };

    internal string Condition(Scope scope) => $"({Of(CType.I32, scope, 2)})";

    /// <summary>An <c>int</c> from 0 to <paramref name="limit"/> - 1; the limit a power of two.</summary>
    internal string Small(Scope scope, int limit) => $"(int)(({Of(CType.U64, scope, 1)}) & {limit - 1})";

    private string? Read(CType type, Scope scope)
    {
        List<Variable> known = scope.OfType(type);
        return known.Count == 0 ? null : dice.Pick(known).Name;
    }

    private string Literal(CType type)
    {
        ulong value = dice.Below(4) switch
        {
            0 => (ulong)dice.Below(10),
            1 => dice.Next() & 0xffff,
            2 => ~(ulong)dice.Below(100),
            _ => dice.Next(),
        };
        string wide = type.Bits == 128 && dice.Chance(50) ? $"(((u128){dice.Next()}u << 64) ^ {value}u)" : $"{value}u";
        return $"({type.Name}){wide}";
    }

    private string Integer(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        if (depth <= 0)
            return read is not null && dice.Chance(75) ? read : Literal(type);
        string word = type.Bits == 128 ? "u128" : "u64";
        string A() => $"({word})({Of(type, scope, depth - 1)})";
        string B() => $"({word})({Of(dice.Chance(60) ? type : dice.Pick(CType.Integers), scope, depth - 1)})";
        switch (dice.Below(12))
        {
            case 0 or 1 or 2 or 3:
                return $"({type.Name})({A()} {dice.Pick(_wrapping)} {B()})";
            case 4:
                string shift = dice.Pick((string[])["<<", ">>"]), most = type.Bits == 128 ? "127" : "63";
                return $"({type.Name})({A()} {shift} ({B()} & {most}))";
            case 5:
                string divide = type.Bits == 128 ? "div_w" : type.Kind == CKind.Signed ? "div_s" : "div_u";
                return $"({type.Name}){divide}({A()}, {B()})";
            case 6:
                return $"({type.Name})rem_{(type.Kind == CKind.Signed ? "s" : "u")}((u64)({A()}), (u64)({B()}))";
            case 7:
                return $"({type.Name})({Compared(scope, depth)})";
            case 8:
                return $"({Condition(scope)} ? {Of(type, scope, depth - 1)} : {Of(type, scope, depth - 1)})";
            case 9:
                return $"({type.Name})to_i({Of(dice.Pick(CType.Floats), scope, depth - 1)})";
            case 10:
                return FromWithin(type, scope, depth);
            default:
                return $"({type.Name})({Of(dice.Pick(CType.Integers), scope, depth - 1)})";
        }
    }

    private string Compared(Scope scope, int depth)
    {
        CType of = dice.Chance(30) ? dice.Pick(CType.Floats) : dice.Pick(CType.Integers);
        return $"{Of(of, scope, depth - 1)} {dice.Pick(_comparisons)} {Of(of, scope, depth - 1)}";
    }

    /// <summary>A vector's element, a statement expression, a builtin.</summary>
    private string FromWithin(CType type, Scope scope, int depth)
    {
        switch (dice.Below(4))
        {
            case 0:
                CType vector = dice.Pick([.. CType.Others.Where(t => t.Kind == CKind.UnsignedVector)]);
                return $"({type.Name})({Of(vector, scope, depth - 1)})[{Small(scope, vector.Lanes)}]";
            case 1:
                return $"({{ {type.Name} t_ = {Of(type, scope, depth - 1)}; ({type.Name})(t_ ^ (t_ >> 3)); }})";
            case 2:
                string builtin = dice.Pick(
                    (string[])["__builtin_popcountll", "__builtin_bswap64", "__builtin_parityll"]);
                return $"({type.Name}){builtin}((u64)({Of(type, scope, depth - 1)}))";
            default:
                return $"({type.Name})__builtin_clzll((u64)({Of(type, scope, depth - 1)}) | 1)";
        }
    }

    private string Float(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        if (depth <= 0)
            return read is not null && dice.Chance(80)
                ? read : $"({type.Name}){dice.Below(2000) - 1000}.{dice.Below(8) * 125:D3}L";
        string A() => Of(type, scope, depth - 1);
        switch (dice.Below(7))
        {
            case 0 or 1 or 2:
                return $"b_{type.Name}({A()} {dice.Pick((string[])["+", "-", "*"])} {A()})";
            case 3:
                return $"b_{type.Name}({A()} / ({A()} * ({type.Name})0.5L + ({type.Name})1.0e3L))";
            case 4:
                return $"b_{type.Name}(({type.Name})({Of(dice.Pick(CType.Floats), scope, depth - 1)}))";
            case 5:
                return $"b_{type.Name}(({type.Name})(i64)({Of(dice.Pick(CType.Integers), scope, depth - 1)}))";
            default:
                return $"({Condition(scope)} ? {A()} : -{A()})";
        }
    }

    private string Complex(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        CType part = type.Bits == 32 ? CType.Floats[0] : CType.F64;
        if (depth <= 0 || dice.Chance(30))
        {
            return read is not null && dice.Chance(60) ? read
                : $"__builtin_complex({Of(part, scope, depth - 1)}, {Of(part, scope, depth - 1)})";
        }
        return $"b_{type.Name}({Of(type, scope, depth - 1)} {dice.Pick((string[])["+", "-", "*"])} "
            + $"{Of(type, scope, depth - 1)})";
    }

    private string Vector(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        if (depth <= 0 || dice.Chance(25))
        {
            if (read is not null && dice.Chance(75))
                return read;
            IEnumerable<string> lanes = Enumerable.Range(0, type.Lanes).Select(i => i < 3
                ? $"(u32)({Of(CType.U64, scope, 0)})" : $"{(uint)dice.Next()}u");
            return $"({type.Name}){{ {string.Join(", ", lanes)} }}";
        }
        string a = Of(type, scope, depth - 1), b = Of(type, scope, depth - 1);
        return dice.Below(4) switch
        {
            0 => $"(({a}) >> {dice.Below(31)})",
            1 => $"({type.Name})(({a}) {dice.Pick(_comparisons)} ({b}))",
            _ => $"(({a}) {dice.Pick(_wrapping)} ({b}))",
        };
    }

    private string DoubleVector(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        if (depth <= 0 || dice.Chance(30))
        {
            if (read is not null && dice.Chance(75))
                return read;
            IEnumerable<string> lanes = Enumerable.Range(0, type.Lanes).Select(_ => Of(CType.F64, scope, 0));
            return $"({type.Name}){{ {string.Join(", ", lanes)} }}";
        }
        return $"b_{type.Name}(({Of(type, scope, depth - 1)}) {dice.Pick((string[])["+", "-", "*"])} "
            + $"({Of(type, scope, depth - 1)}))";
    }

    private string Struct(CType type, Scope scope, int depth)
    {
        string? read = Read(type, scope);
        if (read is not null && dice.Chance(50))
            return read;
        StructType of = structs.First(s => s.Type == type);
        if (depth <= 0 || dice.Chance(50))
            return $"make_{type.Name}({Of(CType.U64, scope, 0)})";
        Field field = dice.Pick(of.Fields);
        return field.Type.Kind == CKind.Struct || field.Length > 0
            ? $"make_{type.Name}({Of(CType.U64, scope, depth - 1)})"
            : $"({type.Name}){{ .{field.Name} = {Of(field.Type, scope, depth - 1)} }}";
    }
}

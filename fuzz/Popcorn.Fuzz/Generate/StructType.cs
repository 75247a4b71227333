using System.Text;

namespace Popcorn.Fuzz;

/// <summary>A member: a bit-field when <paramref name="BitWidth"/> is set, an array when <paramref name="Length"/>
/// is.</summary>
internal sealed record Field(string Name, CType Type, int BitWidth, int Length);

/// <summary>A struct of random members, with functions that make one from a number and add one to the
/// checksum.</summary>
internal sealed class StructType
{
    private readonly string _attributes;

    private StructType(string name, IReadOnlyList<Field> fields, string attributes)
    {
        Type = new CType(name, CKind.Struct);
        Fields = fields;
        _attributes = attributes;
    }

    internal CType Type { get; }

    internal IReadOnlyList<Field> Fields { get; }

    internal static StructType Random(Dice dice, string name, IReadOnlyList<StructType> known)
    {
        List<Field> fields = [];
        // From one byte to some hundred: the ways ABIs pass structs all occur.
        int count = dice.Pick((int[])[1, 2, 2, 3, 4, 6, 12]);
        for (int i = 0; i < count; i++)
            fields.Add(RandomField(dice, $"m{i}", known));
        string attributes = dice.Below(8) switch
        {
            0 => " __attribute__((packed))",
            1 => $" __attribute__((aligned({dice.Pick((int[])[16, 32, 64])})))",
            _ => "",
        };
        return new StructType(name, fields, attributes);
    }

    private static Field RandomField(Dice dice, string name, IReadOnlyList<StructType> known)
    {
        int length = dice.Chance(20) ? dice.Between(1, 9) : 0;
        switch (dice.Below(10))
        {
            case 0 or 1:
                CType small = dice.Pick([.. CType.Integers.Where(t => t.Bits < 128)]);
                return new Field(name, small, dice.Between(1, small.Bits), 0);
            case 2 or 3:
                return new Field(name, dice.Pick(CType.Floats), 0, length);
            case 4:
                return new Field(name, dice.Pick(CType.Others), 0, 0);
            case 5 when known.Count > 0:
                return new Field(name, dice.Pick(known).Type, 0, 0);
            default:
                return new Field(name, dice.Pick(CType.Integers), 0, length);
        }
    }

    internal string Declaration()
    {
        StringBuilder text = new();
        text.Append($"typedef struct {Type.Name} {{");
        foreach (Field field in Fields)
        {
            text.Append($" {field.Type.Name} {field.Name}");
            if (field.BitWidth > 0)
                text.Append($" : {field.BitWidth}");
            else if (field.Length > 0)
                text.Append($"[{field.Length}]");
            text.Append(';');
        }
        text.AppendLine($" }}{_attributes} {Type.Name};");
        text.AppendLine($"static {Type.Name} make_{Type.Name}(u64 s)");
        text.AppendLine("{");
        text.AppendLine($"    {Type.Name} r;");
        text.AppendLine("    memset(&r, 0, sizeof r);");
        foreach (Field field in Fields)
            EachElement(text, field, (place, type) => $"{place} = {FromSeed(type)};");
        text.AppendLine("    return r;");
        text.AppendLine("}");
        text.AppendLine($"static void mix_{Type.Name}({Type.Name} r)");
        text.AppendLine("{");
        foreach (Field field in Fields)
            EachElement(text, field, (place, type) => $"mix_{type.Name}({place});");
        text.AppendLine("}");
        return text.ToString();
    }

    private static void EachElement(StringBuilder text, Field field, Func<string, CType, string> statement)
    {
        text.AppendLine(field.Length > 0
            ? $"    for (int i = 0; i < {field.Length}; i++) {{ {statement($"r.{field.Name}[i]", field.Type)} }}"
            : $"    {statement($"r.{field.Name}", field.Type)}");
    }

    private static string FromSeed(CType type)
    {
        const string Step = "(s = s * 6364136223846793005u + 1442695040888963407u)";
        return type.Kind switch
        {
            CKind.Signed or CKind.Unsigned => $"({type.Name})({Step} >> 20)",
            CKind.Float => $"({type.Name})(i32)({Step} >> 40) / 8",
            CKind.Complex => $"(i32)({Step} >> 45)",
            CKind.UnsignedVector => $"(u32)({Step} >> 30) - ({type.Name}){{ 1, 5 }}",
            CKind.DoubleVector => $"(f64)(i32)({Step} >> 40) - ({type.Name}){{ 0.5, 1.5 }}",
            _ => $"make_{type.Name}({Step})",
        };
    }
}

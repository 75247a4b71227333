using System.Text;

namespace Popcorn.Samples;

public enum FrameShape
{
    Plain,
    FramePointer,
    DynamicAlloca,
    OverAligned,
}

/// <summary>
/// A function that holds values across one call. It calls the next function of the chain with x * 3 + 1, and the last
/// one recurses to a depth given at run time and parks there.
/// </summary>
public sealed record SampleFunction(string Name, FrameShape Shape, IReadOnlyList<SampleValue> Values)
{
    public static ulong NextArgument(ulong x) => unchecked((x * 3) + 1);

    public string Definition(string callee)
    {
        StringBuilder ir = new();
        string attribute = Shape == FrameShape.FramePointer ? " \"frame-pointer\"=\"all\"" : "";
        ir.Append($"define i64 @{Name}(i64 %x, i64 %depth) uwtable{attribute} section \".text.pop.{Name}\" ");
        ir.AppendLine("align 16 gc \"statepoint-example\" {");
        if (Shape == FrameShape.DynamicAlloca)
        {
            ir.AppendLine("  %bytes = and i64 %x, 255");
            ir.AppendLine("  %local = alloca i8, i64 %bytes, align 16");
            ir.AppendLine("  store volatile i8 1, ptr %local");
        }
        else if (Shape == FrameShape.OverAligned)
        {
            ir.AppendLine("  %local = alloca [64 x i8], align 64");
            ir.AppendLine("  store volatile i8 1, ptr %local");
        }
        for (int i = 0; i < Values.Count; i++)
            ir.Append(Values[i].Definition(i));
        ir.AppendLine("  %triple = mul i64 %x, 3");
        ir.AppendLine("  %next = add i64 %triple, 1");
        string bundle = string.Join(", ", Values.Select((value, i) => value.Operand(i)));
        ir.AppendLine(
            $"  %r = call i64 @{callee}(i64 %next, i64 %depth) \"statepoint-id\"=\"0\" [ \"deopt\"({bundle}) ]");
        for (int i = 0; i < Values.Count; i++)
            ir.Append(Values[i].Use(i));
        ir.AppendLine("  ret i64 %r");
        ir.AppendLine("}");
        return ir.ToString();
    }
}

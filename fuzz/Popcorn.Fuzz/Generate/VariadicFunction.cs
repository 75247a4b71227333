using System.Text;

namespace Popcorn.Fuzz;

/// <summary>
/// <c>vmix(kinds, …)</c>: adds its variable arguments, of every type of the program, to the checksum; one letter of
/// <c>kinds</c> says what each is. Types narrower than their promotion are passed promoted.
/// </summary>
internal static class VariadicFunction
{
    internal static char Letter(IEnumerable<CType> every, CType type) =>
        (char)('A' + every.ToList().IndexOf(type));

    internal static string Text(IEnumerable<CType> every)
    {
        CType[] types = [.. every];
        StringBuilder text = new();
        text.AppendLine("static NOINLINE void vmix_list(const char *kinds, va_list *list)");
        text.AppendLine("{");
        text.AppendLine("    for (; *kinds; kinds++)");
        text.AppendLine("        switch (*kinds) {");
        foreach (CType type in types)
        {
            char letter = (char)('A' + Array.IndexOf(types, type));
            string cast = type.IsInteger || type.Kind == CKind.Float ? $"({type.Name})" : "";
            text.AppendLine(
                $"        case '{letter}': mix_{type.Name}({cast}va_arg(*list, {Promoted(type)})); break;");
        }
        text.AppendLine("        }");
        text.AppendLine("}");
        text.AppendLine("static NOINLINE void vmix(const char *kinds, ...)");
        text.AppendLine("{");
        text.AppendLine("    struct { int before; va_list list; } hold;");
        text.AppendLine("    va_start(hold.list, kinds);");
        text.AppendLine("    vmix_list(kinds, &hold.list);");
        text.AppendLine("    va_end(hold.list);");
        text.AppendLine("}");
        return text.ToString();
    }

    private static string Promoted(CType type) => type.IsInteger && type.Bits < 32 ? "int"
        : type.Name == "f32" ? "double" : type.Name;
}

using System.Text;

namespace Popcorn.Fuzz;

/// <summary>
/// Makes one C program from a seed: correct C without undefined or unspecified behaviour that prints checksums, and
/// uses what Csmith's programs do not (setjmp, variable arguments, variable-length arrays, signals, threads, atomics,
/// vectors, complex numbers, computed goto, guaranteed tail calls, structs by value).
/// </summary>
internal sealed class ProgramGenerator
{
    private readonly Dice _dice;
    private readonly List<StructType> _structs = [];
    private readonly List<CFunction> _functions = [];
    private readonly Scope _globals = new(null, []);
    private readonly StringBuilder _text = new(Prelude.Text);

    private ProgramGenerator(ulong seed) => _dice = new Dice(seed);

    internal static string Generate(ulong seed) => new ProgramGenerator(seed).Build();

    private string Build()
    {
        MakeStructs();
        MakeGlobals();
        MakeSignatures();
        foreach (CFunction function in _functions)
            _text.AppendLine($"static {function.Prototype(named: false)};");
        _text.Append(MakeTables());
        ExpressionWriter expressions = new(_dice, _structs);
        AllTypes types = new(_dice, _structs);
        _text.Append(VariadicFunction.Text(types.Every));
        foreach (CFunction function in _functions)
            _text.Append(new FunctionWriter(_dice, expressions, types, _functions, function).Write(_globals));
        _text.Append(MakeMain(expressions));
        return _text.ToString();
    }

    private void MakeStructs()
    {
        int count = _dice.Between(2, 5);
        for (int i = 0; i < count; i++)
        {
            StructType type = StructType.Random(_dice, $"S{i}", _structs);
            _structs.Add(type);
            _text.Append(type.Declaration());
        }
    }

    private void MakeGlobals()
    {
        AllTypes types = new(_dice, _structs);
        int count = _dice.Between(3, 9);
        for (int i = 0; i < count; i++)
        {
            CType type = types.Any();
            string storage = _dice.Below(4) switch
            {
                0 => "static _Thread_local ",
                1 when type.Kind != CKind.Struct => "static volatile ",
                2 => "",
                _ => "static ",
            };
            _text.AppendLine($"{storage}{type.Name} g{i};");
            _globals.Add(new Variable($"g{i}", type));
        }
        _text.AppendLine(
            "static _Atomic u8 a8; static _Atomic u16 a16; static _Atomic u32 a32; static _Atomic u64 a64;");
        _text.AppendLine("static u32 y32; static u64 y64; static u128 y128;");
    }

    private void MakeSignatures()
    {
        AllTypes types = new(_dice, _structs);
        int count = _dice.Between(4, 9);
        for (int i = 0; i < count; i++)
        {
            // Half of them look like the one before: tables of function pointers need functions of one type.
            if (i > 0 && _dice.Chance(50))
            {
                _functions.Add(_functions[i - 1] with { Name = $"f{i}" });
                continue;
            }
            CType[] parameters = new CType[_dice.Pick((int[])[0, 1, 2, 3, 5, 9])];
            for (int k = 0; k < parameters.Length; k++)
                parameters[k] = types.Any();
            _functions.Add(new CFunction($"f{i}", types.Any(), parameters));
        }
    }

    private string MakeTables()
    {
        StringBuilder text = new();
        foreach (CFunction function in _functions)
        {
            IEnumerable<string> same = FunctionWriter.Alike(_functions, function).Select(f => f.Name);
            text.AppendLine(
                $"static {function.PointerTo($"table_{function.Name}[]")} = {{ {string.Join(", ", same)} }};");
        }
        return text.ToString();
    }

    private string MakeMain(ExpressionWriter expressions)
    {
        StringBuilder text = new();
        text.AppendLine("static void *worker(void *at)");
        text.AppendLine("{");
        text.AppendLine("    u64 *slot = at;");
        text.AppendLine("    sum += *slot;");
        text.AppendLine("    fuel = 300;");
        Calls(text, expressions, thread: true);
        text.AppendLine("    *slot = sum;");
        text.AppendLine("    return at;");
        text.AppendLine("}");
        text.AppendLine("int main(void)");
        text.AppendLine("{");
        text.AppendLine("    static char alternative[65536];");
        text.AppendLine("    stack_t stack = { .ss_sp = alternative, .ss_size = sizeof alternative };");
        text.AppendLine(
            "    struct sigaction action = { .sa_sigaction = on_signal_info, .sa_flags = SA_SIGINFO | SA_ONSTACK };");
        text.AppendLine("    sigaltstack(&stack, 0);");
        text.AppendLine("    sigaction(SIGUSR2, &action, 0);");
        text.AppendLine("    signal(SIGUSR1, on_signal);");
        text.AppendLine("    fuel = 1500;");
        Calls(text, expressions, thread: false);
        if (_dice.Chance(40))
            Threads(text);
        text.AppendLine(
            "    mix(a8); mix(a16); mix(a32); mix(a64); mix(y32); mix(y64); mix_u128(y128); mix((u64)signals);");
        foreach (Variable variable in _globals.All())
            text.AppendLine($"    mix_{variable.Type.Name}({variable.Name});");
        text.AppendLine("    printf(\"end %016llx\\n\", sum);");
        text.AppendLine("    return (int)(sum & 63);");
        text.AppendLine("}");
        return text.ToString();
    }

    /// <summary>Threads touch what is shared by turns: each is joined before the next call starts.</summary>
    private void Threads(StringBuilder text)
    {
        text.AppendLine($"    for (int i = 0; i < {_dice.Between(1, 4)}; i++) {{");
        text.AppendLine("        pthread_t thread;");
        text.AppendLine("        u64 slot = sum + (u64)i;");
        text.AppendLine("        pthread_create(&thread, 0, worker, &slot);");
        text.AppendLine("        pthread_join(thread, 0);");
        text.AppendLine("        mix(slot);");
        text.AppendLine("        show(900 + i);");
        text.AppendLine("    }");
    }

    private void Calls(StringBuilder text, ExpressionWriter expressions, bool thread)
    {
        int count = thread ? 2 : _dice.Between(3, 8);
        for (int i = 0; i < count; i++)
        {
            CFunction function = _dice.Pick(_functions);
            IEnumerable<string> arguments = function.Parameters.Select(t => expressions.Of(t, _globals, 2));
            string list = string.Join(", ", arguments.Append($"{_dice.Between(1, 4)}"));
            text.AppendLine($"    mix_{function.Returns.Name}({function.Name}({list}));");
            text.AppendLine($"    show({(thread ? 800 : 100) + i});");
        }
    }
}

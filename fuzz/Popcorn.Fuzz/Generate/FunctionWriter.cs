using System.Text;

namespace Popcorn.Fuzz;

/// <summary>Writes the body of one generated function; what control flow it has is chosen by
/// <see cref="Write"/>.</summary>
internal sealed class FunctionWriter
{
    private readonly Dice _dice;
    private readonly ExpressionWriter _expressions;
    private readonly AllTypes _types;
    private readonly IReadOnlyList<CFunction> _functions;
    private readonly CFunction _function;
    private readonly StringBuilder _text = new();
    private int _indent = 1;
    private int _names;

    // A jump into the scope of an array of variable length, or of a cleanup, is an error in C.
    private bool _jumps;

    internal FunctionWriter(
        Dice dice, ExpressionWriter expressions, AllTypes types, IReadOnlyList<CFunction> functions,
        CFunction function)
    {
        _dice = dice;
        _expressions = expressions;
        _types = types;
        _functions = functions;
        _function = function;
    }

    /// <summary>Functions that can be called through a pointer to <paramref name="function"/>.</summary>
    internal static IEnumerable<CFunction> Alike(IReadOnlyList<CFunction> functions, CFunction function) =>
        functions.Where(f => f.Returns == function.Returns && f.Parameters.SequenceEqual(function.Parameters));

    internal string Write(Scope globals)
    {
        string inline = _dice.Below(3) switch { 0 => "static ", 1 => "static inline ", _ => "static NOINLINE " };
        _text.AppendLine(inline + _function.Prototype(named: true));
        _text.AppendLine("{");
        Line($"{_function.Returns.Name} result = {_expressions.Of(_function.Returns, globals, 0)};");
        Line("if (depth <= 0 || --fuel <= 0)");
        Line("    return result;");
        Scope scope = new(globals, [.. _function.Parameters.Select((t, i) => new Variable($"p{i}", t)),
            new Variable("result", _function.Returns)]);
        int kind = _dice.Below(6);
        _jumps = kind is 0 or 1;
        Statements(scope, nesting: 2, _dice.Between(1, 3));
        switch (kind)
        {
            case 0:
                Interpreter(scope);
                break;
            case 1:
                Irreducible(scope);
                break;
            case 2:
                Guarded(scope);
                break;
        }
        Statements(scope, nesting: 2, _dice.Between(1, 4));
        if (_function.FitsRegisters && _dice.Chance(40))
            TailCall(scope);
        Line($"result = {_expressions.Of(_function.Returns, scope, 2)};");
        Line("return result;");
        _text.AppendLine("}");
        return _text.ToString();
    }

    private void Line(string text) => _text.Append(' ', 4 * _indent).AppendLine(text);

    // Not i8 or a16, which the prelude has.
    private string Name(string stem) => $"{stem}_{_names++}";

    private void Block(string head, Action body)
    {
        Line(head + " {");
        _indent++;
        body();
        _indent--;
        Line("}");
    }

    private void Statements(Scope scope, int nesting, int count)
    {
        for (int i = 0; i < count; i++)
            Statement(scope, nesting);
    }

    private void Statement(Scope scope, int nesting)
    {
        if (nesting > 0 && _dice.Chance(35))
        {
            Compound(scope, nesting - 1);
            return;
        }
        switch (_dice.Below(14))
        {
            case 0 or 1 or 2:
                Declare(scope);
                break;
            case 3 or 4 or 5:
                Assign(scope);
                break;
            case 6 or 7 or 8:
                Call(scope);
                break;
            case 9:
                Variadic(scope);
                break;
            case 10:
                Atomic(scope);
                break;
            case 11:
                Line($"show({_dice.Below(80)});");
                break;
            case 12:
                Leave(scope);
                break;
            default:
                CType type = _types.Any();
                Line($"mix_{type.Name}({_expressions.Of(type, scope, 2)});");
                break;
        }
    }

    private void Compound(Scope scope, int nesting)
    {
        switch (_dice.Below(_jumps ? 6 : 10))
        {
            case 0:
                Block($"if {_expressions.Condition(scope)}", () => Statements(new Scope(scope, []), nesting, 2));
                break;
            case 1:
                Block($"if {_expressions.Condition(scope)}", () => Statements(new Scope(scope, []), nesting, 1));
                Block("else", () => Statements(new Scope(scope, []), nesting, 2));
                break;
            case 2 or 3:
                Loop(scope, nesting);
                break;
            case 4:
                Switch(scope, nesting);
                break;
            case 5:
                Sort(scope);
                break;
            case 6:
                VariableLength(scope, nesting);
                break;
            case 7:
                StackList(scope, nesting);
                break;
            case 8:
                Cleanup(scope, nesting);
                break;
            default:
                Text(scope);
                break;
        }
    }

    private void Declare(Scope scope)
    {
        CType type = _types.Any();
        string name = Name("v"), kind = _dice.Chance(10) && type.Kind != CKind.Struct ? "volatile " : "";
        Line($"{kind}{type.Name} {name} = {_expressions.Of(type, scope, 3)};");
        scope.Add(new Variable(name, type));
    }

    private void Assign(Scope scope)
    {
        List<Variable> places = scope.Assignable();
        if (places.Count == 0)
            return;
        Variable place = _dice.Pick(places);
        StructType? of = _types.Structs.FirstOrDefault(s => s.Type == place.Type);
        List<Field> fields = of is null ? [] : [.. of.Fields.Where(f => f.Length == 0)];
        if (fields.Count > 0 && _dice.Chance(60))
        {
            Field field = _dice.Pick(fields);
            Line($"{place.Name}.{field.Name} = {_expressions.Of(field.Type, scope, 2)};");
            return;
        }
        Line($"{place.Name} = {_expressions.Of(place.Type, scope, 3)};");
    }

    private void Call(Scope scope)
    {
        CFunction callee = _dice.Pick(_functions);
        string name = Name("r");
        Line($"{callee.Returns.Name} {name} = {CallOf(callee, scope)};");
        scope.Add(new Variable(name, callee.Returns));
        if (_dice.Chance(50))
            Line($"mix_{callee.Returns.Name}({name});");
    }

    private string CallOf(CFunction callee, Scope scope)
    {
        string arguments = string.Join(", ",
            callee.Parameters.Select(t => _expressions.Of(t, scope, 2)).Append("depth - 1"));
        string target = callee.Name;
        int alike = Alike(_functions, callee).Count();
        if (_dice.Chance(30))
            target = $"table_{callee.Name}[{(alike == 1 ? "0" : $"{_expressions.Small(scope, 64)} % {alike}")}]";
        return $"{target}({arguments})";
    }

    private void TailCall(Scope scope)
    {
        CFunction callee = _dice.Pick([.. Alike(_functions, _function)]);
        Block($"if {_expressions.Condition(scope)}", () => Line($"TAIL return {CallOf(callee, scope)};"));
    }

    private void Variadic(Scope scope)
    {
        if (_dice.Chance(25))
        {
            int count = _dice.Between(1, 12);
            IEnumerable<string> numbers = Enumerable.Range(0, count).Select(_ => _expressions.Of(CType.I64, scope, 1));
            Line($"mix_i64(vtotal({count}, {string.Join(", ", numbers)}));");
            return;
        }
        CType[] types = [.. Enumerable.Range(0, _dice.Between(1, 7)).Select(_ => _types.Any())];
        string kinds = string.Concat(types.Select(t => VariadicFunction.Letter(_types.Every, t)));
        Line($"vmix(\"{kinds}\", {string.Join(", ", types.Select(t => _expressions.Of(t, scope, 1)))});");
    }

    private void Atomic(Scope scope)
    {
        string width = _dice.Pick((string[])["8", "16", "32", "64"]);
        string value = $"(u{width})({_expressions.Of(CType.U64, scope, 1)})";
        string operation = _dice.Pick((string[])["add", "sub", "or", "and", "xor"]);
        switch (_dice.Below(5))
        {
            case 0:
                Line($"mix(atomic_fetch_{operation}(&a{width}, {value}));");
                break;
            case 1:
                Line($"mix(atomic_exchange(&a{width}, {value}));");
                break;
            case 2:
                string old = Name("o");
                Line($"u{width} {old} = a{width};");
                Line($"while (!atomic_compare_exchange_weak(&a{width}, &{old}, (u{width})({old} * 3 + {value})))");
                Line("    ;");
                break;
            case 3:
                Line($"mix(__sync_add_and_fetch(&y64, {_expressions.Of(CType.U64, scope, 1)}));");
                Line($"mix(__sync_bool_compare_and_swap(&y32, {_dice.Below(3)}, {_expressions.Small(scope, 4)}));");
                break;
            default:
                Line($"raise({(_dice.Chance(50) ? "SIGUSR1" : "SIGUSR2")});");
                break;
        }
    }

    /// <summary>Out of the function: by a jump to whoever guards, or by returning.</summary>
    private void Leave(Scope scope)
    {
        Line($"if (target && {_expressions.Small(scope, 16)} == {_dice.Below(16)})");
        Line($"    longjmp(*target, {_dice.Between(1, 9)});");
        Line($"if ({_expressions.Small(scope, 32)} == 7)");
        Line("    return result;");
    }

    private void Loop(Scope scope, int nesting)
    {
        string i = Name("i"), end = _dice.Chance(50) ? $"{_dice.Between(1, 9)}" : _expressions.Small(scope, 8);
        Scope inner = new(scope, [new Variable(i, CType.I32, Fixed: true)]);
        void Body()
        {
            Statements(inner, nesting, _dice.Between(1, 3));
            if (_dice.Chance(25))
                Line($"if {_expressions.Condition(inner)} {_dice.Pick((string[])["break", "continue"])};");
            Statements(inner, 0, 1);
        }
        switch (_dice.Below(3))
        {
            case 0:
                Block($"for (int {i} = 0; {i} < {end} && --fuel > 0; {i}++)", Body);
                break;
            case 1:
                Block($"for (int {i} = {end}; {i}-- > 0 && --fuel > 0; )", Body);
                break;
            default:
                Line($"int {i} = {end};");
                Block($"while ({i}-- > 0 && --fuel > 0)", Body);
                break;
        }
    }

    private void Switch(Scope scope, int nesting) =>
        Block($"switch ({_expressions.Small(scope, 8)})", () =>
        {
            for (int i = 0; i < _dice.Between(2, 6); i++)
            {
                Block($"case {i}:", () => Statements(new Scope(scope, []), nesting, 1));
                if (_dice.Chance(70))
                    Line("break;");
            }
            Block("default:", () => Statements(new Scope(scope, []), nesting, 1));
        });

    private void Sort(Scope scope)
    {
        string array = Name("a");
        Line($"u64 {array}[12];");
        string value = _expressions.Of(CType.U64, scope, 1);
        Line($"for (int i = 0; i < 12; i++) {array}[i] = ({value}) * (u64)(i * i + 7) >> 5;");
        Line($"qsort({array}, {_dice.Between(2, 12)}, 8, by_value);");
        Line($"for (int i = 0; i < 12; i++) mix({array}[i]);");
    }

    private void VariableLength(Scope scope, int nesting)
    {
        CType type = _types.Any();
        string array = Name("a"), count = Name("n");
        Block("", () =>
        {
            Line($"int {count} = 1 + {_expressions.Small(scope, 16)};");
            Line($"{type.Name} {array}[{count}];");
            Line($"for (int i = 0; i < {count}; i++) {array}[i] = {_expressions.Of(type, scope, 2)};");
            Scope inner = new(
                scope, [new Variable($"{array}[{count} / 2]", type), new Variable(count, CType.I32, Fixed: true)]);
            Statements(inner, nesting, 2);
            Line($"for (int i = 0; i < {count}; i++) mix_{type.Name}({array}[i]);");
        });
    }

    /// <summary>A list whose nodes are <c>alloca</c>s made in a loop.</summary>
    private void StackList(Scope scope, int nesting)
    {
        CType type = _types.Any();
        string node = Name("n"), head = Name("h");
        Line($"struct {node} {{ struct {node} *next; {type.Name} value; }} *{head} = 0;");
        Block($"for (int i = 0; i < {_dice.Between(1, 5)}; i++)", () =>
        {
            Line($"struct {node} *made = (void *)(((u64)alloca(sizeof *made + 63) + 63) & ~63ull);");
            Line($"made->value = {_expressions.Of(type, scope, 1)};");
            Line($"made->next = {head};");
            Line($"{head} = made;");
            Statements(new Scope(scope, [new Variable($"{head}->value", type)]), nesting > 0 ? 1 : 0, 1);
        });
        Line($"for (struct {node} *n = {head}; n; n = n->next) mix_{type.Name}(n->value);");
    }

    private void Cleanup(Scope scope, int nesting) =>
        Block("", () =>
        {
            string name = Name("c");
            Line($"__attribute__((cleanup(on_leave))) u64 {name} = {_expressions.Of(CType.U64, scope, 2)};");
            Statements(new Scope(scope, [new Variable(name, CType.U64)]), nesting, 2);
        });

    private void Text(Scope scope) =>
        Block("", () =>
        {
            Line("char text[200];");
            string values = string.Join(
                ", ", _expressions.Of(CType.I64, scope, 1), _expressions.Of(CType.F64, scope, 1),
                $"(u32)({_expressions.Of(CType.U64, scope, 1)})");
            Line($"snprintf(text, sizeof text, \"%lld %.9g %x %s\", {values}, \"word\");");
            Line("for (char *c = text; *c; c++) mix((u64)*c);");
        });

    private void Interpreter(Scope scope)
    {
        string[] labels = [.. Enumerable.Range(0, _dice.Between(2, 5)).Select(_ => Name("op"))];
        string code = Name("code"), at = Name("pc"), table = Name("ops");
        Line($"static const void *const {table}[] = {{ {string.Join(", ", labels.Select(l => "&&" + l))} }};");
        IEnumerable<string> steps = Enumerable.Range(0, _dice.Between(4, 20)).Select(
            _ => $"{_dice.Below(labels.Length)}");
        Line($"static const u8 {code}[] = {{ {string.Join(", ", steps)} }};");
        Line($"unsigned {at} = 0;");
        foreach (string label in labels)
        {
            Line($"{label}:");
            Line($"if ({at} >= sizeof {code}) goto {labels[0]}_end;");
            Block("", () => Statements(new Scope(scope, []), nesting: 1, 2));
            Line($"if ({at} < sizeof {code}) goto *{table}[{code}[{at}++]];");
        }
        Line($"{labels[0]}_end:;");
    }

    /// <summary>Loops that are entered in the middle.</summary>
    private void Irreducible(Scope scope)
    {
        string first = Name("in"), second = Name("in"), steps = Name("k");
        Line($"int {steps} = {_dice.Between(3, 12)};");
        Line($"if {_expressions.Condition(scope)} goto {second};");
        Line($"{first}:");
        Block("", () => Statements(new Scope(scope, []), 1, 2));
        Line($"{second}:");
        Block("", () => Statements(new Scope(scope, []), 1, 2));
        Line($"if (--{steps} > 0 && {_expressions.Condition(scope)}) goto {first};");
        Line($"if (--{steps} > 0) goto {second};");
    }

    /// <summary>
    /// A frame that catches jumps. What it changes after <c>setjmp</c> is volatile; all else would be indeterminate.
    /// </summary>
    private void Guarded(Scope scope)
    {
        string buffer = Name("jb"), saved = Name("sv"), tries = Name("tr");
        Line($"jmp_buf {buffer};");
        Line($"jmp_buf *{saved} = target;");
        Line($"volatile int {tries} = 0;");
        Scope frozen = new(null, scope.All().Select(v => v with { Fixed = true }));
        Block($"switch (setjmp({buffer}))", () =>
        {
            Line("case 0:");
            Line("default:");
            Line($"{tries} = {tries} + 1;");
            Line($"target = {tries} < {_dice.Between(2, 6)} ? &{buffer} : {saved};");
            Block("", () =>
            {
                Call(new Scope(frozen, []));
                Line($"mix((u64){tries});");
                Line($"if (target == &{buffer} && {tries} < 4 && {_expressions.Small(frozen, 2)})");
                Line($"    longjmp({buffer}, {tries});");
            });
        });
        Line($"target = {saved};");
    }
}

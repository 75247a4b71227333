namespace Popcorn.Compiler.Tests.Driver;

/// <summary>The command as build systems use it: exit codes, messages, which files appear and which do not.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Hello = """
        #include <stdio.h>
        int main(
            int argc, char **argv) { printf("hello %d %s %.3f %.3Lf\n", argc, argv[argc - 1], 1.5, 2.25L); return 3; }
        """;

    private readonly PopcornCommand _popcorn = new();

    public void Dispose() => _popcorn.Dispose();

    [Fact]
    public void A_program_runs_on_every_isa()
    {
        _popcorn.Write("hello.c", Hello);
        _popcorn.Succeed("cc -O2 hello.c -o hello");

        Assert.Equal("hello 2 x 1.500 2.250\n3\n", _popcorn.Shell("./hello x || echo $?"));
        Assert.Equal(
            "hello 2 x 1.500 2.250\n3\n", _popcorn.Shell("qemu-aarch64-static hello.popcorn/aarch64 x || echo $?"));
        Assert.Equal(
            "hello 2 x 1.500 2.250\n3\n", _popcorn.Shell("qemu-riscv64-static hello.popcorn/riscv64 x || echo $?"));
        Assert.Equal("aarch64\nriscv64\nstatemap\nx86_64\n", _popcorn.Shell("ls hello.popcorn"));
    }

    [Fact]
    public void The_default_output_is_a_out_and_nothing_else_appears()
    {
        _popcorn.Write("hello.c", Hello);
        _popcorn.Succeed("cc hello.c");

        Assert.Equal("a.out\na.out.popcorn\nhello.c\n", _popcorn.Shell("ls -A"));
    }

    [Fact]
    public void Objects_archives_and_libraries_link()
    {
        _popcorn.Write(
            "main.c", "int f(int); double sqrt(double); int main(void) { return f(20) + (int)sqrt(4.0) != 43; }");
        _popcorn.Write("f.c", "int g(int); int f(int x) { return g(x) + 1; }");
        _popcorn.Write("g.c", "int g(int x) { return 2 * x; }");
        _popcorn.Succeed("cc -c main.c f.c g.c");
        _popcorn.Succeed("ar rcs libfg.a f.o g.o");
        _popcorn.Succeed("ranlib libfg.a");
        _popcorn.Succeed("cc -o app main.o -L. -lfg -lm -lpthread -ldl");

        _popcorn.Shell("./app && qemu-aarch64-static app.popcorn/aarch64 && qemu-riscv64-static app.popcorn/riscv64");
    }

    [Fact]
    public void A_whole_archive_brings_members_that_nobody_names()
    {
        _popcorn.Write("main.c", "int plugins; int main(void) { return plugins != 1; }");
        _popcorn.Write(
            "plugin.c", "extern int plugins; __attribute__((constructor)) static void add(void) { plugins++; }");
        _popcorn.Succeed("cc -c main.c plugin.c");
        _popcorn.Succeed("ar rcs libplugin.a plugin.o");
        _popcorn.Succeed("cc -o with main.o -L. -Wl,--whole-archive -lplugin -Wl,--no-whole-archive -lm");
        _popcorn.Succeed("cc -o without main.o -L. -lplugin -lm");

        Assert.Equal("0 0 1\n", _popcorn.Shell(
            "./with; echo -n $?' '; qemu-riscv64-static with.popcorn/riscv64; echo -n $?' '; ./without || echo $?"));
    }

    [Fact]
    public void Objects_merge_into_one_by_a_relocatable_link()
    {
        _popcorn.Write("one.c", "static int own(void) { return 1; } int one(void) { return own(); }");
        _popcorn.Write(
            "two.c", "int one(void); static int own(void) { return 2; } int two(void) { return one() + own(); }");
        _popcorn.Write("three.c", "int three(void) { return 3; }");
        _popcorn.Write("main.c", "int two(void), three(void); int main(void) { return two() + three() != 6; }");
        _popcorn.Succeed("cc -c main.c one.c two.c three.c");
        _popcorn.Succeed("ar rcs three.a three.o");
        _popcorn.Succeed("cc -nostdlib -Wl,-r one.o two.o -o pair.o");
        _popcorn.Succeed("ld -nostdlib -r --no-undefined -o built-in.o pair.o three.a");
        _popcorn.Succeed("cc -o app main.o built-in.o");

        _popcorn.Shell("./app && qemu-riscv64-static app.popcorn/riscv64");
        Assert.Contains("relocatable", _popcorn.Run("cc -r main.o -lm -o all.o").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_include_is_clangs_message_and_exit_code()
    {
        _popcorn.Write("a.c", "#include <no_such_header.h>\nint x;\n");
        (int exitCode, _, string errors) = _popcorn.Run("cc -c a.c");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("a.c:1:10: fatal error: 'no_such_header.h' file not found", errors, StringComparison.Ordinal);
        Assert.Equal("a.c\n", _popcorn.Shell("ls -A"));
    }

    [Fact]
    public void An_undefined_symbol_names_its_user()
    {
        _popcorn.Write(
            "a.c", "void missing(void); static void use(void) { missing(); } int main(void) { use(); return 0; }");
        (int exitCode, _, string errors) = _popcorn.Run("cc a.c -o app");

        Assert.Equal(1, exitCode);
        Assert.Contains("undefined symbol: missing", errors, StringComparison.Ordinal);
        Assert.Contains("referenced by a.c:(", errors, StringComparison.Ordinal);
        Assert.Equal("a.c\n", _popcorn.Shell("ls -A"));
    }

    [Fact]
    public void A_failed_link_leaves_the_old_program()
    {
        _popcorn.Write("a.c", "int main(void) { return 0; }");
        _popcorn.Succeed("cc a.c -o app");
        string before = _popcorn.Shell("cat app app.popcorn/* | sha256sum");
        _popcorn.Write("a.c", "int missing(void); int main(void) { return missing(); }");
        (int exitCode, _, _) = _popcorn.Run("cc a.c -o app");

        Assert.Equal(1, exitCode);
        Assert.Equal(before, _popcorn.Shell("cat app app.popcorn/* | sha256sum"));
        Assert.Equal("a.c\napp\napp.popcorn\n", _popcorn.Shell("ls -A"));
    }

    [Fact]
    public void A_program_may_not_define_a_symbol_twice()
    {
        _popcorn.Write("a.c", "int twice; int main(void) { return 0; }");
        _popcorn.Write("b.c", "int twice;");
        (int exitCode, _, string errors) = _popcorn.Run("cc a.c b.c");

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "duplicate symbol: twice\n>>> defined in a.c\n>>> defined in b.c", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Common_symbols_become_one()
    {
        _popcorn.Write("a.c", "int shared[2]; int get(void); int main(void) { shared[1] = 7; return get() != 7; }");
        _popcorn.Write("b.c", "int shared[100]; int get(void) { shared[99] = 1; return shared[1]; }");
        _popcorn.Succeed("cc -fcommon a.c b.c -o app");

        _popcorn.Shell("./app");
    }

    [Fact]
    public void An_unwritable_output_is_named()
    {
        _popcorn.Write("a.c", "int main(void) { return 0; }");

        (int exitCode, _, string errors) = _popcorn.Run("cc -c a.c -o no/such/folder/a.o");
        Assert.Equal(1, exitCode);
        Assert.Contains("'no/such/folder/a.o'", errors, StringComparison.Ordinal);

        (exitCode, _, errors) = _popcorn.Run("cc a.c -o /proc/app");
        Assert.Equal(1, exitCode);
        Assert.Contains("'/proc/app'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_an_error()
    {
        _popcorn.Write("a.c", "int main(void) { return 0; }");
        (int exitCode, _, string errors) = _popcorn.Run("cc -c a.c -o /dev/full");

        Assert.Equal(1, exitCode);
        Assert.Contains("No space left on device", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_special_file_is_written_and_not_replaced()
    {
        _popcorn.Write("a.c", "int main(void) { return 0; }");
        _popcorn.Succeed("cc a.c -o /dev/null");

        Assert.Equal("character special file\n", _popcorn.Shell("stat -c %F /dev/null"));
    }

    [Fact]
    public void Native_objects_and_foreign_files_are_refused_by_name()
    {
        _popcorn.Write("a.c", "int main(void) { return 0; }");
        _popcorn.Write("b.c", "int b;");
        _popcorn.Shell("cc -c b.c -o native.o && echo text > text.o");

        Assert.Contains(
            "native.o: is native code of one machine",
            _popcorn.Run("cc a.c native.o").Errors,
            StringComparison.Ordinal);
        Assert.Contains(
            "text.o: file format not recognised", _popcorn.Run("cc a.c text.o").Errors, StringComparison.Ordinal);
        Assert.Contains("'missing.o'", _popcorn.Run("cc a.c missing.o").Errors, StringComparison.Ordinal);
        Assert.Contains(
            "unable to find library -lmissing", _popcorn.Run("cc a.c -lmissing").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Inline_assembly_is_refused_with_file_and_line()
    {
        _popcorn.Write("a.c", "int f(void) {\n  int x;\n  __asm__(\"movl $1, %0\" : \"=r\"(x));\n  return x;\n}\n");
        (int exitCode, _, string errors) = _popcorn.Run("cc -c a.c");

        Assert.Equal(1, exitCode);
        Assert.Contains("a.c:3", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Preprocessing_and_dependencies_behave_like_clangs()
    {
        _popcorn.Write("a.h", "#define VALUE 42\n");
        _popcorn.Write("a.c", "#include \"a.h\"\nint x = VALUE;\n");

        Assert.Contains("int x = 42;", _popcorn.Succeed("cc -E a.c"), StringComparison.Ordinal);
        Assert.Equal("a.o: a.c a.h\n", _popcorn.Succeed("cc -MM a.c"));
        _popcorn.Succeed("cc -MMD -MP -c a.c -o out.o");
        Assert.StartsWith("out.o: a.c a.h\n", _popcorn.Shell("cat out.d"), StringComparison.Ordinal);
        Assert.Contains(
            "int x = 42;", _popcorn.Succeed("cc -E -x c -", "#define V 42\nint x = V;\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Assembly_is_the_text_of_the_portable_ir()
    {
        _popcorn.Write("a.c", "int f(int x) { return x + 1; }");
        _popcorn.Succeed("cc -O1 -S a.c");

        Assert.Contains("define", _popcorn.Shell("cat a.s"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_pass_can_be_looked_at()
    {
        _popcorn.Write("a.c", "int f(int n) { int s = 0; for (int i = 0; i < n; i++) s ^= s * 3 + i; return s; }");

        Assert.Contains(
            "__pop_park",
            _popcorn.Succeed("cc -O2 --emit=ir-after:points a.c -o points.ll") + _popcorn.Shell("cat points.ll"),
            StringComparison.Ordinal);
        Assert.Contains(
            "there are load, points", _popcorn.Run("cc --emit=ir-after:nothing a.c").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Questions_are_answered_without_input()
    {
        Assert.Contains("clang version", _popcorn.Succeed("cc --version"), StringComparison.Ordinal);
        Assert.Contains("clang version", _popcorn.Succeed("cc -v"), StringComparison.Ordinal);
        Assert.Equal("popcorn-unknown-linux-musl\n", _popcorn.Succeed("cc -dumpmachine"));
        Assert.EndsWith("/libc.a\n", _popcorn.Succeed("cc -print-file-name=libc.a"), StringComparison.Ordinal);
        Assert.Equal("libnone.a\n", _popcorn.Succeed("cc -print-file-name=libnone.a"));
        Assert.Equal(1, _popcorn.Run("cc").ExitCode);
    }

    [Fact]
    public void Constructors_run_in_order_and_user_sections_are_walked()
    {
        _popcorn.Write("a.c", """
            #include <stdio.h>
            __attribute__((constructor(200))) static void second(void) { puts("second"); }
            __attribute__((constructor(150))) static void first(void) { puts("first"); }
            __attribute__((destructor)) static void last(void) { puts("last"); }
            struct entry { int value; };
            #define ENTRY(name, v) __attribute__((section("entries"), used)) static struct entry name = { v }
            ENTRY(a, 1); ENTRY(b, 2); ENTRY(c, 4);
            extern struct entry __start_entries[], __stop_entries[];
            static _Thread_local int local = 30;
            int main(void) {
              int sum = local;
              for (struct entry *e = __start_entries; e < __stop_entries; e++) sum += e->value;
              printf("%d\n", sum);
              return 0;
            }
            """);
        _popcorn.Succeed("cc -O2 a.c -o app");

        string[] runs =
            ["./app", "qemu-aarch64-static app.popcorn/aarch64", "qemu-riscv64-static app.popcorn/riscv64"];
        foreach (string run in runs)
            Assert.Equal("first\nsecond\n37\nlast\n", _popcorn.Shell(run));
    }
}

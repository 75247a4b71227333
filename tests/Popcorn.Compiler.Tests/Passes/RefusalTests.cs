using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Tests.Passes;

public sealed class RefusalTests
{
    [Theory]
    [InlineData("void f(void) { __asm__ volatile(\"fence\" ::: \"memory\"); }", "PC0209", "inline asm \"fence\"")]
    [InlineData("void f(void) { __asm__ volatile(\"# why\\n\\tnop\"); }", "PC0209", "inline asm \"nop\"")]
    [InlineData("__asm__(\".globl x\");", "PC0201", "file-scope asm")]
    [InlineData("int f(int x) { float y = x; __asm__ volatile(\"\" : \"+f\"(y)); return y; }", "PC0210",
        "does not exist on every ISA")]
    [InlineData("void f(void) { __asm__ goto(\"nop\" : : : : out); out:; }", "PC0205", "asm goto")]
    [InlineData(
        "int g(void) { return 1; } void *pick(void) { return g; } int h(void) __attribute__((ifunc(\"pick\")));",
        "PC0202", "ifunc")]
    public void Code_of_one_ISA_is_refused_before_LLVM_sees_it(string source, string code, string words)
    {
        byte[] raw = PortableProgram.RawBitcodeOf(source, OptimisationLevel.O2, "-g");
        DiagnosticSink sink = new();

        byte[]? portable = PortableModule.Optimise(raw, "case.c", OptimisationLevel.O2, sink);

        Assert.Null(portable);
        Diagnostic diagnostic = Assert.Single(sink.All);
        Assert.Equal(code, diagnostic.Code);
        Assert.Contains(words, diagnostic.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "struct s { long v[3]; }; long g(struct s); long f(struct s x) { x.v[0]++; MUSTTAIL g(x); }",
        "more than 16 bytes")]
    [InlineData("long g(long *); long f(long *p) { long own = *p; MUSTTAIL g(&own); }", "address of one")]
    [InlineData(
        "typedef __int128 w; w g(w, w, w, w, int); w f(w a, w b, w c, w d, int e) { MUSTTAIL g(d, c, b, a, e); }",
        "passes 9 and 0")]
    public void A_tail_call_that_cannot_be_one_is_refused(string source, string words)
    {
        byte[] raw = PortableProgram.RawBitcodeOf(
            source, OptimisationLevel.O2, "-DMUSTTAIL=__attribute__((musttail)) return");
        DiagnosticSink sink = new();

        Assert.Null(PortableModule.Optimise(raw, "case.c", OptimisationLevel.O2, sink));

        Diagnostic diagnostic = Assert.Single(sink.All);
        Assert.Equal("PC0208", diagnostic.Code);
        Assert.Contains(words, diagnostic.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("double g(double, long, long); double f(double x, long a, long b) { MUSTTAIL g(x, b, a); }")]
    [InlineData(
        "typedef __int128 w; w g(w, w, w, long, int, float); "
        + "w f(w a, w b, w c, long d, int e, float x) { MUSTTAIL g(c, b, a, d, e, x); }")]
    public void A_tail_call_in_registers_is_made_on_every_ISA(string source)
    {
        byte[] raw = PortableProgram.RawBitcodeOf(
            source, OptimisationLevel.O2, "-DMUSTTAIL=__attribute__((musttail)) return");
        byte[] portable = PortableProgram.Optimise(raw, "case.c", OptimisationLevel.O2);

        Assert.Equal(3, PortableProgram.Objects(portable, "case.c", new CodegenOptions()).Count);
    }

    [Fact]
    public void A_refusal_names_file_and_line()
    {
        byte[] raw = PortableProgram.RawBitcodeOf(
            "int x;\nvoid f(void) {\n __asm__(\"nop\");\n}\n", OptimisationLevel.O0, "-g");
        DiagnosticSink sink = new();

        PortableModule.Optimise(raw, "case.c", OptimisationLevel.O0, sink);

        Assert.EndsWith("case.c:3", Assert.Single(sink.All).Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("void f(void) { __asm__ volatile(\"\" ::: \"memory\"); }")]
    [InlineData("long f(long x) { __asm__ volatile(\"\" : \"+r\"(x)); return x; }")]
    [InlineData(
        "long f(long x) { long y; __asm__(\"# be %0; nop\\n\\t# 1\\n\" : \"=r\"(y) : \"0\"(x)); return y; }")]
    public void An_empty_asm_statement_is_a_barrier_everywhere(string source)
    {
        byte[] raw = PortableProgram.RawBitcodeOf(source, OptimisationLevel.O2);
        byte[] portable = PortableProgram.Optimise(raw, "case.c", OptimisationLevel.O2);

        Assert.Equal(3, PortableProgram.Objects(portable, "case.c", new CodegenOptions()).Count);
    }

    [Fact]
    public void Bytes_that_are_no_bitcode_are_a_diagnostic()
    {
        DiagnosticSink sink = new();

        Assert.Null(PortableModule.Optimise("not bitcode"u8.ToArray(), "junk.o", OptimisationLevel.O2, sink));

        Assert.Equal("PC0200", Assert.Single(sink.All).Code);
    }

    [Fact]
    public void Truncated_bitcode_is_a_diagnostic()
    {
        byte[] raw = PortableProgram.RawBitcodeOf("int f(int x) { return x + 1; }", OptimisationLevel.O2);
        for (int length = 0; length < raw.Length; length += 97)
        {
            DiagnosticSink sink = new();
            Assert.Null(PortableModule.Optimise(raw[..length], "cut.o", OptimisationLevel.O2, sink));
            Assert.True(sink.HasErrors);
        }
    }

    [Fact]
    public void A_fatal_error_in_LLVM_ends_the_work_and_not_the_process()
    {
        const string text = """
            target triple = "x86_64-unknown-linux-musl"
            declare i32 @llvm.riscv.orc.b.i32(i32)
            define i32 @f(i32 %x) {
              %y = call i32 @llvm.riscv.orc.b.i32(i32 %x)
              ret i32 %y
            }
            """;

        LlvmException failure = Assert.Throws<LlvmException>(() => LlvmGuard.Run(() =>
        {
            using IrContext context = new();
            using IrModule module = IrModule.FromText(context, text, "fatal.ll");
            using CodeTarget target = CodeTarget.For(Isa.X86_64, level: 2);
            target.EmitObject(module, "/dev/null");
            return true;
        }));

        Assert.Contains("select", failure.Message, StringComparison.OrdinalIgnoreCase);
    }
}

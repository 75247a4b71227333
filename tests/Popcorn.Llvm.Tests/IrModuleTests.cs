namespace Popcorn.Llvm.Tests;

/// <summary>The LLVM-C wrappers against the real library: what it refuses must be an exception.</summary>
public class IrModuleTests
{
    private const string Square = """
        define i32 @square(i32 %x) {
          %slot = alloca i32
          store i32 %x, ptr %slot
          %y = load i32, ptr %slot
          %r = mul i32 %y, %y
          ret i32 %r
        }
        """;

    [Fact]
    public void ParsedText_KeepsItsFunctionsAndVerifies()
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromText(context, Square, "square.ll");

        IrValue function = Assert.Single(module.Functions());

        Assert.Equal("square", function.Name);
        Assert.Equal(1, function.ParameterCount());
        Assert.Null(module.Verify());
    }

    [Fact]
    public void APassPipeline_ChangesTheModule()
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromText(context, Square, "square.ll");

        module.RunPasses("function(mem2reg)");

        Assert.DoesNotContain("alloca", module.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownPass_IsRefused()
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromText(context, Square, "square.ll");

        Assert.Throws<LlvmException>(() => module.RunPasses("no-such-pass"));
    }

    [Fact]
    public void WrongText_IsRefusedWithLlvmsOwnMessage()
    {
        using IrContext context = new();

        LlvmException refusal = Assert.Throws<LlvmException>(
            () => IrModule.FromText(context, "define i32 @f() { ret i32 %missing }", "bad.ll").Dispose());

        Assert.Contains("%missing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BytesThatAreNoBitcode_AreRefused()
    {
        using IrContext context = new();

        LlvmException refusal = Assert.Throws<LlvmException>(
            () => IrModule.FromBitcode(context, "not bitcode at all"u8, "bad.bc").Dispose());

        Assert.StartsWith("bad.bc: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BuiltFunction_IsWhatTheBuilderWasTold()
    {
        using IrContext context = new();
        using IrModule module = IrModule.FromText(context, "", "empty.ll");
        IrValue function = module.AddFunction("twice", IrContext.Function(context.I64, context.I64));
        using (IrBuilder builder = new(module))
        {
            builder.AtEnd(module.AppendBlock(function, "entry"));
            builder.Call(IrContext.Function(context.Void), module.Intrinsic("llvm.trap"));
            builder.Unreachable();
        }

        Assert.Null(module.Verify());
        Assert.Contains("define i64 @twice(i64 %0)", module.ToString(), StringComparison.Ordinal);
    }
}

using Popcorn.Compiler.Driver;
using Popcorn.Compiler.Tests.Link;

namespace Popcorn.Compiler.Tests.Driver;

public sealed class FrontEndTests
{
    [Fact]
    public void No_macro_names_a_processor()
    {
        FrontEnd frontEnd = new(
            Installation.At("/nowhere"), new ToolProcess(verbose: false, dryRun: false, TextWriter.Null));
        List<string> arguments = frontEnd.CommonArguments(DriverParser.Parse(["-c", "a.c"]));

        string macros = ThreeObjects.Run("clang-19", [.. arguments, "-dM", "-E", "-x", "c", "/dev/null"]);

        Assert.DoesNotContain("riscv", macros, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("x86", macros, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("#define __popcorn__ 1\n", macros, StringComparison.Ordinal);
        Assert.Contains("#define __SIZEOF_LONG_DOUBLE__ 16\n", macros, StringComparison.Ordinal);
        Assert.DoesNotContain("__CHAR_UNSIGNED__", macros, StringComparison.Ordinal);
        Assert.DoesNotContain("__PIC__", macros, StringComparison.Ordinal);
    }
}

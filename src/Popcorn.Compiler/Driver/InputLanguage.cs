using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>Decides from its name, or from <c>-x</c>, what an input is; refuses languages there is no portable compiler
/// for.</summary>
internal static class InputLanguage
{
    /// <summary>The language of <c>-x</c>, null for <c>none</c>.</summary>
    public static string? Parse(string language) => language switch
    {
        "none" => null,
        "c" or "cpp-output" or "ir" => language,
        "c-header" => throw new DriverException("precompiled headers are not supported: '-x c-header'"),
        "assembler" or "assembler-with-cpp" => throw Assembly("-x " + language),
        _ => throw new DriverException($"language not supported: '{language}' (popcorn cc compiles C)"),
    };

    public static InputKind KindOf(string path, string? language)
    {
        if (language is not null)
            return language == "ir" ? InputKind.Ir : InputKind.Source;
        switch (Path.GetExtension(path))
        {
            case ".c" or ".i":
                return InputKind.Source;
            case ".h":
                return InputKind.Source;
            case ".ll":
                return InputKind.Ir;
            case ".s" or ".S" or ".sx" or ".asm":
                throw Assembly(path);
            case ".cc" or ".cpp" or ".cxx" or ".C" or ".c++" or ".ii":
                throw new DriverException($"{path}: C++ is not supported (popcorn cc compiles C)");
            case ".m" or ".mm" or ".f" or ".F" or ".f90" or ".F90" or ".go" or ".rs" or ".d":
                throw new DriverException($"{path}: language not supported (popcorn cc compiles C)");
            case ".so":
                throw new DriverException($"{path}: shared libraries cannot be linked; programs are static images");
            default:
                return path == "-" ? InputKind.Source : InputKind.LinkerFile;
        }
    }

    private static DriverException Assembly(string what) => new(
        $"{what}: assembly is written for one instruction set, and the program is built for "
        + $"{string.Join(", ", IsaNames.All.Select(isa => isa.Name()))}; use the portable C version of this file");
}

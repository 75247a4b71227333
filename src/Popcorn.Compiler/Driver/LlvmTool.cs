namespace Popcorn.Compiler.Driver;

/// <summary>Hands a whole command line to the LLVM tool of the same kind.</summary>
public static class LlvmTool
{
    /// <param name="name"><c>ar</c>, <c>ranlib</c> or <c>nm</c>.</param>
    /// <param name="arguments">Passed on untouched.</param>
    /// <returns>The tool's exit code.</returns>
    public static int Run(string name, IEnumerable<string> arguments)
    {
        string tool = name switch
        {
            "ar" => ToolProcess.Archiver,
            "ranlib" => ToolProcess.ArchiveIndexer,
            "nm" => ToolProcess.SymbolLister,
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such tool"),
        };
        return new ToolProcess(verbose: false, dryRun: false, TextWriter.Null).Run(tool, arguments);
    }
}

namespace Popcorn.Compiler.Driver;

/// <summary>Hands a whole command line to the LLVM tool of the same kind.</summary>
public static class LlvmTool
{
    /// <summary>
    /// <c>ld</c>'s arguments as the driver's, for makefiles that call it themselves: mostly with <c>-r</c>, to make one
    /// object of several.
    /// </summary>
    public static IReadOnlyList<string> LinkerArguments(IEnumerable<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        List<string> driver = ["-nostdlib"];
        bool value = false;
        foreach (string argument in arguments)
        {
            bool own = value || !argument.StartsWith('-') || argument is "-r" or "-s" or "-v" or "--version"
                || argument[1] is 'o' or 'L' or 'l';
            driver.AddRange(own ? [argument] : ["-Xlinker", argument]);
            value = argument is "-o" or "-L" or "-l";
        }
        return driver;
    }

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

using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>One source to one portable object: clang, then the optimiser and the per-module passes.</summary>
internal sealed class CompileStep(
    DriverRequest request, FrontEnd frontEnd, ToolProcess tools, TemporaryFolder temporary, TextWriter errors)
{
    private readonly DriverRequest _request = request;
    private readonly FrontEnd _frontEnd = frontEnd;
    private readonly ToolProcess _tools = tools;
    private readonly TemporaryFolder _temporary = temporary;
    private readonly TextWriter _errors = errors;

    /// <summary>To its final place, which is written whole or not at all.</summary>
    public int ToFile(DriverInput input, string path)
    {
        using OutputFile file = OutputFile.Create(path);
        string produced = _temporary.NewPath(input.Name, ".o");
        int exitCode = ToObject(input, produced, path);
        if (exitCode != 0 || _request.DryRun)
            return exitCode;
        if (_request.EmitAfterPass is not null)
            exitCode = EmitAfterPass(input, produced, _request.EmitAfterPass, file.TemporaryPath);
        else if (_request.Action == DriverAction.Assembly)
            exitCode = _tools.Run(ToolProcess.Disassembler, [produced, "-o", file.TemporaryPath]);
        else
            OutputFile.Guarded(path, () => File.Copy(produced, file.TemporaryPath, overwrite: true));
        if (exitCode == 0)
            file.Commit();
        return exitCode;
    }

    public int ToStandardOutput(DriverInput input)
    {
        string produced = _temporary.NewPath(input.Name, ".o");
        int exitCode = ToObject(input, produced, "-");
        if (exitCode != 0 || _request.DryRun)
            return exitCode;
        if (_request.Action == DriverAction.Assembly)
            return _tools.Run(ToolProcess.Disassembler, [produced, "-o", "-"]);
        using Stream standardOutput = Console.OpenStandardOutput();
        standardOutput.Write(File.ReadAllBytes(produced));
        return 0;
    }

    /// <summary>To a bitcode object that nobody else reads yet.</summary>
    public int ToObject(DriverInput input, string objectPath, string dependencyBase)
    {
        string bitcode = input.Name;
        if (input.Kind == InputKind.Source)
        {
            bitcode = _temporary.NewPath(input.Name, ".bc");
            int exitCode = _frontEnd.ToBitcode(_request, input, bitcode, dependencyBase);
            if (exitCode != 0)
                return exitCode;
            SaveTemps(input, bitcode);
        }

        if (_request.DryRun)
            return 0;
        DiagnosticSink sink = new();
        byte[]? optimised = Optimise(bitcode, input, sink);
        if (optimised is null && input.Kind == InputKind.Source)
            sink = WithLines(input, dependencyBase) ?? sink;
        if (!Report(sink) || optimised is null)
            return (int)ExitCode.Failed;
        OutputFile.Guarded(objectPath, () => File.WriteAllBytes(objectPath, optimised));
        return 0;
    }

    private byte[]? Optimise(string bitcode, DriverInput input, DiagnosticSink sink) => PortableModule.Optimise(
        File.ReadAllBytes(bitcode), input.Name, LevelOf(_request.Optimisation), sink, _request.Points);

    /// <summary>
    /// What was wrong with the module, with lines: the source is compiled once more with line tables, which a build
    /// without <c>-g</c>
    /// need not pay for as long as nothing is refused.
    /// </summary>
    private DiagnosticSink? WithLines(DriverInput input, string dependencyBase)
    {
        // Standard input cannot be read twice.
        if (input.Name == "-")
            return null;
        string bitcode = _temporary.NewPath(input.Name, ".bc");
        DriverRequest withLines = _request with
        {
            FrontEndArguments = [.. _request.FrontEndArguments, "-gline-tables-only", "-w"],
        };
        DiagnosticSink sink = new();
        bool refused = _frontEnd.ToBitcode(withLines, input, bitcode, dependencyBase) == 0
            && Optimise(bitcode, input, sink) is null;
        return refused ? sink : null;
    }

    /// <summary>
    /// The instrumented IR as it is after one pass. Nothing is known of the rest of the program here, so functions
    /// outside the module count as ones that never park, unless they are the runtime's.
    /// </summary>
    private int EmitAfterPass(DriverInput input, string objectPath, string pass, string path)
    {
        if (!ModuleCodegen.PassNames.Contains(pass))
            throw new DriverException(
                $"--emit=ir-after: no pass is called '{pass}'; there are {string.Join(", ", ModuleCodegen.PassNames)}");
        byte[] bitcode = File.ReadAllBytes(objectPath);
        CodegenOptions options = new()
        {
            EmitAfterPass = pass, EmitPath = path, InsertPoints = _request.Points, RecordSites = _request.Sites,
        };
        ParkAnalysis park = ParkAnalysis.Solve([ModuleSummary.Read(bitcode, input.Name)]);
        DiagnosticSink sink = new();
        bool compiled = ModuleCodegen.Compile(bitcode, input.Name, park, options, new Dictionary<Isa, string>(), sink);
        return Report(sink) && compiled ? 0 : (int)ExitCode.Failed;
    }

    private bool Report(DiagnosticSink sink)
    {
        foreach (Diagnostic diagnostic in sink.All)
            _errors.WriteLine(diagnostic);
        return !sink.HasErrors;
    }

    private void SaveTemps(DriverInput input, string bitcode)
    {
        if (!_request.SaveTemps || _request.DryRun)
            return;
        string name = Path.GetFileNameWithoutExtension(input.Name);
        File.Copy(bitcode, name + ".bc", overwrite: true);
        DriverRequest preprocess = _request with
        {
            Action = DriverAction.Preprocess, FrontEndArguments = [.. _request.FrontEndArguments, "-E"],
        };
        _frontEnd.PassThrough(preprocess, input, name + ".i");
    }

    private static OptimisationLevel LevelOf(string letter) => letter switch
    {
        "0" => OptimisationLevel.O0,
        "1" or "g" => OptimisationLevel.O1,
        "2" => OptimisationLevel.O2,
        "3" or "fast" => OptimisationLevel.O3,
        "s" => OptimisationLevel.Os,
        _ => OptimisationLevel.Oz,
    };
}

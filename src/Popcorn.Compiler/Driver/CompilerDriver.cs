using Popcorn.Compiler.Link;
using Popcorn.Core;

namespace Popcorn.Compiler.Driver;

/// <summary>
/// <c>popcorn cc</c>: what gcc's or clang's driver is to other compilers. One instance runs one command line and
/// returns its exit code: clang's own when clang refused the source.
/// </summary>
public sealed class CompilerDriver(Installation installation, TextWriter output, TextWriter errors)
{
    private readonly Installation _installation = installation;
    private readonly TextWriter _output = output;
    private readonly TextWriter _errors = errors;

    public int Run(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            if (new DriverQueries(_installation, _output).TryAnswer(arguments))
                return (int)ExitCode.Ok;
            DriverRequest request = DriverParser.Parse(arguments);
            return Run(request);
        }
        catch (PopcornException refusal)
        {
            _errors.WriteLine($"popcorn cc: error: {refusal.Message}");
            return (int)ExitCode.Failed;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _errors.WriteLine($"popcorn cc: error: {failure.Message}");
            return (int)ExitCode.Failed;
        }
    }

    private int Run(DriverRequest request)
    {
        ToolProcess tools = new(request.Verbose, request.DryRun, _errors);
        if (request.Inputs.Count == 0 && request.Verbose)
        {
            _errors.WriteLine(DriverQueries.VersionText);
            return (int)ExitCode.Ok;
        }

        CheckInputs(request);
        if (request.Verbose)
            _errors.WriteLine(DriverQueries.VersionText);
        FrontEnd frontEnd = new(_installation, tools);
        if (request.Action is DriverAction.Preprocess or DriverAction.Syntax)
            return PassThrough(request, frontEnd);

        using TemporaryFolder temporary = new();
        CompileStep step = new(request, frontEnd, tools, temporary, _errors);
        return request.Action == DriverAction.Link && request.EmitAfterPass is null
            ? CompileAndLink(request, step, tools, temporary)
            : CompileEach(request, step);
    }

    private static void CheckInputs(DriverRequest request)
    {
        IEnumerable<DriverInput> files = request.Inputs.Where(input => input.Kind != InputKind.Library);
        if (!files.Any())
            throw new DriverException("no input files");
        foreach (DriverInput input in files)
        {
            if (input.Name != "-" && !File.Exists(input.Name))
            {
                throw new DriverException(Directory.Exists(input.Name)
                    ? $"'{input.Name}' is a folder"
                    : $"no such file or directory: '{input.Name}'");
            }
        }

        int sources = request.Inputs.Count(IsSource);
        if (request.Action != DriverAction.Link && request.Output is not null && sources > 1)
            throw new DriverException("cannot specify -o when generating multiple output files");
    }

    private static bool IsSource(DriverInput input) => input.Kind is InputKind.Source or InputKind.Ir;

    private static int PassThrough(DriverRequest request, FrontEnd frontEnd)
    {
        foreach (DriverInput input in request.Inputs.Where(IsSource))
        {
            int exitCode = frontEnd.PassThrough(request, input, request.Output);
            if (exitCode != 0)
                return exitCode;
        }

        return (int)ExitCode.Ok;
    }

    private static int CompileEach(DriverRequest request, CompileStep step)
    {
        string extension = request.EmitAfterPass is not null ? ".ll" : request.Action == DriverAction.Assembly
            ? ".s" : ".o";
        foreach (DriverInput input in request.Inputs.Where(IsSource))
        {
            string name = input.Name == "-" ? "-" : Path.GetFileNameWithoutExtension(input.Name);
            string path = request.Output ?? name + extension;
            int exitCode = path == "-" ? step.ToStandardOutput(input) : step.ToFile(input, path);
            if (exitCode != 0)
                return exitCode;
        }

        return (int)ExitCode.Ok;
    }

    private int CompileAndLink(DriverRequest request, CompileStep step, ToolProcess tools, TemporaryFolder temporary)
    {
        string outputPath = request.Output ?? "a.out";
        List<LinkInput> inputs = [];
        foreach (DriverInput input in request.Inputs)
        {
            if (!IsSource(input))
            {
                inputs.Add(
                    new LinkInput(input.Name, input.Name, input.Kind == InputKind.Library, input.WholeArchive));
                continue;
            }

            string objectPath = temporary.NewPath(input.Name, ".o");
            int exitCode = step.ToObject(input, objectPath, dependencyBase: DependencyBase(request, input, outputPath));
            if (exitCode != 0)
                return exitCode;
            inputs.Add(new LinkInput(objectPath, input.Name, IsLibrary: false, WholeArchive: false));
        }

        if (request.Relocatable)
            return Merge(inputs, outputPath, tools);
        if (request.DryRun)
            return (int)ExitCode.Ok;
        LinkRequest link = new()
        {
            Inputs = inputs,
            LibraryDirectories = request.LibraryDirectories,
            RequiredSymbols = request.RequiredSymbols,
            StandardLibraries = request.StandardLibraries,
            StartFiles = request.StartFiles,
            Sites = request.Sites,
            Strip = request.StripAll,
            MapFile = request.MapFile,
            Output = outputPath,
        };
        return (int)new Linker(_installation, tools, temporary, _errors).Link(link);
    }

    /// <summary>
    /// What a relocatable link does to objects, done to bitcode: one object in which the inputs' symbols have found
    /// each other, local ones of equal name are told apart, and the rest is open. All members of an archive go in.
    /// </summary>
    private static int Merge(List<LinkInput> inputs, string outputPath, ToolProcess tools)
    {
        foreach (LinkInput library in inputs.Where(input => input.IsLibrary))
            throw new DriverException($"'-l{library.Path}' cannot be part of a relocatable link ('-r')");
        using OutputFile file = OutputFile.Create(outputPath);
        int exitCode = tools.Run(
            ToolProcess.BitcodeLinker, [.. inputs.Select(input => input.Path), "-o", file.TemporaryPath]);
        if (exitCode == 0)
            file.Commit();
        return exitCode;
    }

    // clang's rule for -MD without -c: named after the output, or after the source when there is none.
    private static string DependencyBase(DriverRequest request, DriverInput input, string outputPath) =>
        request.Output is null ? Path.GetFileName(input.Name) : outputPath;
}

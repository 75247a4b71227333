using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>
/// What <c>./setup</c> does beyond running other build systems: normalises the runtime's objects and fills libc's stock
/// of generated objects, so that linking a small program generates only the program's own code.
/// </summary>
public sealed class SysrootBuilder(Installation installation, TextWriter errors)
{
    // Objects of an earlier libc stay this long, for links that were running when it was replaced.
    private static readonly TimeSpan StockAgeMin = TimeSpan.FromHours(1);

    private readonly Installation _installation = installation;
    private readonly TextWriter _errors = errors;

    /// <summary>Changes with everything that libc's objects depend on in the compiler.</summary>
    public static string Version => GeneratorVersion.Hash;

    /// <summary>From <c>build/runtime/ISA/</c> to the sysroot.</summary>
    public ExitCode NormaliseRuntime()
    {
        DiagnosticSink sink = new();
        RuntimeObjects.Install(
            _installation, isa => Path.Combine(_installation.Root, "build", "runtime", isa.Name()), sink);
        return Report(sink);
    }

    /// <summary>Generates every member of libc as a program would have it that replaces none of libc's
    /// functions.</summary>
    public ExitCode GenerateLibc()
    {
        DiagnosticSink sink = new();
        ObjectCache stock = new(_installation.LibcObjects);
        string path = LinkPlan.LibcPath(_installation);
        byte[] bytes = File.ReadAllBytes(path);
        List<BitcodeModule> members = new ModuleLoader([stock]).LoadArchive(bytes, path, Path.GetFileName(path));
        LinkPlan plan = new(members, Natives: []);
        ParkAnalysis park = ParkAnalysis.Solve(plan.Summaries);
        using TemporaryFolder temporary = new();
        ObjectGenerator generator = new([stock], temporary, new CodegenOptions());
        generator.Generate(members, park, sink);
        if (!sink.HasErrors)
            stock.RemoveUnused(DateTime.UtcNow - StockAgeMin);
        _errors.WriteLine($"generated {generator.GeneratedCount} of {members.Count} members of libc");
        return Report(sink);
    }

    private ExitCode Report(DiagnosticSink sink)
    {
        foreach (Diagnostic diagnostic in sink.All)
            _errors.WriteLine(diagnostic);
        return sink.HasErrors ? ExitCode.Failed : ExitCode.Ok;
    }
}

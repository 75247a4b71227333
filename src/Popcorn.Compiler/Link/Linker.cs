using Popcorn.Compiler.Driver;
using Popcorn.Core;

namespace Popcorn.Compiler.Link;

/// <summary>
/// The link of a whole program: choose the modules, decide who may park, generate what is not cached, link once for
/// each ISA, verify, build the state map, and only then replace the outputs.
/// </summary>
internal sealed class Linker(Installation installation, ToolProcess tools, TemporaryFolder temporary, TextWriter errors)
{
    private readonly Installation _installation = installation;
    private readonly ToolProcess _tools = tools;
    private readonly TemporaryFolder _temporary = temporary;
    private readonly TextWriter _errors = errors;

    public ExitCode Link(LinkRequest request)
    {
        DiagnosticSink sink = new();
        bool linked = Link(request, sink);
        foreach (Diagnostic diagnostic in sink.All)
            _errors.WriteLine($"popcorn cc: {diagnostic}");
        return linked && !sink.HasErrors ? ExitCode.Ok : ExitCode.Failed;
    }

    private bool Link(LinkRequest request, DiagnosticSink sink)
    {
        ObjectCache cache = new(_installation.Cache);
        ObjectCache stock = new(_installation.LibcObjects);
        LinkPlan? plan = LinkPlan.Make(request, _installation, new ModuleLoader([cache, stock]), sink);
        if (plan is null)
            return false;

        CodegenOptions options = new() { InsertPoints = request.Sites, RecordSites = request.Sites };
        ObjectGenerator generator = new([cache, stock], _temporary, options);
        ModuleObjects[]? objects;
        while (true)
        {
            objects = generator.Generate(plan.Modules, ParkAnalysis.Solve(plan.Summaries), sink);
            if (objects is null)
                return false;
            LinkPlan extended = plan.WithLibcalls(objects.SelectMany(o => o.Facts.Libcalls));
            if (ReferenceEquals(extended, plan))
                break;
            plan = extended;
        }

        LinkedProgram? program = new ImageLinker(_installation, _tools, _temporary).Link(request, plan, objects, sink);
        if (program is null)
            return false;
        ProgramOutput.Write(request.Output, program);
        cache.Trim();
        return true;
    }
}

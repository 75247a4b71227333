using System.Text;
using Popcorn.Compiler.Driver;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.StateMap;

namespace Popcorn.Compiler.Link;

/// <summary>Runs lld once for each ISA over the same modules in the same order, verifies the result and builds the
/// state map.</summary>
internal sealed class ImageLinker(Installation installation, ToolProcess tools, TemporaryFolder temporary)
{
    private readonly Installation _installation = installation;
    private readonly ToolProcess _tools = tools;
    private readonly TemporaryFolder _temporary = temporary;

    public LinkedProgram? Link(
        LinkRequest request, LinkPlan plan, IReadOnlyList<ModuleObjects> objects, DiagnosticSink sink)
    {
        List<ObjectFacts> facts = [.. objects.Select(o => o.Facts), .. plan.Natives.Select(n => n.Facts)];
        ulong privateBytes = facts.Aggregate(0ul, (sum, f) => sum + f.PrivateBytes);
        ulong commonStart = ImageLayout.CommonStart(privateBytes);
        if (commonStart > ImageLayout.PrivateStart + ImageLayout.PrivateSpanMax)
        {
            sink.Error("PC0306", request.Output,
                $"the program has 0x{privateBytes:x} bytes of code for resuming and constants, at most "
                + $"0x{ImageLayout.PrivateSpanMax:x} are allowed");
            return null;
        }

        string script = ImageLayout.Script(
            commonStart,
            facts.Exists(f => f.HasTls),
            facts.SelectMany(f => f.UserSections).Distinct().Order(StringComparer.Ordinal));
        ContentHash buildId = BuildIdOf(script, plan, objects);
        Dictionary<Isa, ElfFile>? linked = RunLinkers(request, plan, objects, script, buildId, sink);
        if (linked is null)
            return null;

        LayoutVerifier.Verify(linked, sink);
        byte[]? stateMap = null;
        if (request.Sites && !sink.HasErrors)
            stateMap = StateMapBuilder.Build(linked, buildId.ToArray(), sink);
        if (sink.HasErrors)
            return null;
        string home = Path.GetFullPath(request.Output) + ProgramOutput.FolderSuffix;
        return new LinkedProgram(
            Strip(linked[HostIsa.Current], request, home),
            linked.ToDictionary(pair => pair.Key, pair => Strip(pair.Value, request, home: null)), stateMap);
    }

    // Equal inputs give equal ids, so an unchanged program's checkpoints stay valid over a rebuild.
    private static ContentHash BuildIdOf(string script, LinkPlan plan, IReadOnlyList<ModuleObjects> objects)
    {
        List<ContentHash> parts = [ContentHash.Of(script)];
        IEnumerable<string> files = objects.SelectMany(o => IsaNames.All.Select(o.PathOf)).Concat(
            plan.Natives.SelectMany(n => n.Paths.Values));
        foreach (string file in files)
            parts.Add(ContentHash.Of(File.ReadAllBytes(file)));
        return ContentHash.Combine(parts.ToArray());
    }

    private Dictionary<Isa, ElfFile>? RunLinkers(
        LinkRequest request, LinkPlan plan, IReadOnlyList<ModuleObjects> objects, string script, ContentHash buildId,
        DiagnosticSink sink)
    {
        string scriptPath = _temporary.NewPath("layout", ".ld");
        File.WriteAllText(scriptPath, script);
        (Isa Isa, string Path, int ExitCode, string Output)[] runs =
            [.. IsaNames.All.Select(isa => (isa, _temporary.NewPath("program", "." + isa.Name()), 0, ""))];
        Parallel.For(0, runs.Length, i =>
        {
            Isa isa = runs[i].Isa;
            List<string> inputs = [.. objects.Select(o => o.PathOf(isa)), .. plan.Natives.Select(n => n.Paths[isa])];
            inputs.Add(CompilerSupport.PathFor(_installation, isa));
            List<string> arguments = LinkerCommand.Arguments(isa, scriptPath, buildId, inputs, runs[i].Path);
            if (request.MapFile is not null && isa == HostIsa.Current)
                arguments.Add("-Map=" + request.MapFile);
            // Hundreds of paths: through a file, since a command line is limited to 2 MiB.
            string response = _temporary.NewPath("inputs", ".rsp");
            File.WriteAllLines(response, arguments.Select(argument => $"\"{argument}\""));
            (runs[i].ExitCode, runs[i].Output) = _tools.RunCollecting(ToolProcess.Linker, ["@" + response]);
        });

        Dictionary<Isa, ElfFile> linked = [];
        foreach ((Isa isa, string path, int exitCode, string output) in runs)
        {
            if (exitCode != 0)
                sink.Error(
                    "PC0307", request.Output, $"the linker refused the {isa.Name()} executable:\n{output.TrimEnd()}");
            else
                linked[isa] = ElfFile.Parse(File.ReadAllBytes(path), $"{request.Output} ({isa.Name()})");
        }

        return sink.HasErrors ? null : linked;
    }

    private static byte[] Strip(ElfFile file, LinkRequest request, string? home)
    {
        bool IsUnwanted(ElfSection section) =>
            section.Name is ".pop.sites" or ".llvm_stackmaps"
            || (section.Name == ImageLayout.HomeSection && home is null)
            || (request.Strip && (section.Name == ".comment"
                || section.Name.StartsWith(".debug_", StringComparison.Ordinal)));
        bool IsWanted(ElfSymbol symbol)
        {
            // Where code and data begin, for disassemblers: two for each function on AArch64 and RISC-V.
            if (symbol.Type == ElfConstants.STT_NOTYPE && symbol.Name.StartsWith('$'))
                return false;
            if (symbol.SectionIndex > 0 && symbol.SectionIndex < file.Sections.Count
                && IsUnwanted(file.Sections[symbol.SectionIndex]))
            {
                return false;
            }

            // The agent finds the runtime's entry points and the bounds of memory by name.
            return !request.Strip || (symbol.Binding != ElfConstants.STB_LOCAL
                && symbol.Name.StartsWith("__pop_", StringComparison.Ordinal));
        }

        Dictionary<int, SectionContent> contents = SymbolTrimmer.Trim(file, IsWanted);
        if (home is not null && file.FindSection(ImageLayout.HomeSection) is ElfSection section)
            contents.Add(section.Index, new SectionContent(Encoding.UTF8.GetBytes(home), HeaderNote: 0));
        byte[] image = SectionRemover.Remove(file, IsUnwanted, contents);
        UnloadedSegments.Mark(image, file);
        return ResumePacker.Pack(image, file.Where);
    }
}

namespace Popcorn.Compiler.Tests.Passes;

public sealed class ParkAnalysisTests
{
    [Fact]
    public void A_caller_of_a_parking_system_call_may_park_and_a_leaf_may_not()
    {
        ModuleSummary module = Module(
            "a", Function("reads", "__pop_syscall"), Function("asks", "reads"), Function("adds", "strlen"));

        ParkAnalysis park = ParkAnalysis.Solve([module]);

        Assert.True(park.MayPark("asks"));
        Assert.False(park.MayPark("adds"));
        Assert.False(park.IndirectMayPark);
    }

    [Fact]
    public void A_main_that_parks_makes_libcs_call_through_its_pointer_a_site()
    {
        ModuleSummary program = Module("a", Function("main") with { HasLoopPoint = true });

        Assert.True(ParkAnalysis.Solve([program]).IndirectMayPark);
    }

    [Fact]
    public void Static_functions_of_one_name_are_different_functions()
    {
        ModuleSummary first = Module(
            "a", Function("helper", "__pop_syscall") with { Local = true }, Function("f", "helper"));
        ModuleSummary second = Module("b", Function("helper") with { Local = true }, Function("g", "helper"));

        ParkAnalysis park = ParkAnalysis.Solve([first, second]);

        Assert.True(park.MayPark(first, "helper"));
        Assert.False(park.MayPark(second, "helper"));
        Assert.True(park.MayPark("f"));
        Assert.False(park.MayPark("g"));
    }

    [Fact]
    public void Recursion_without_loops_is_cut_once()
    {
        ModuleSummary module = Module("a", Function("even", "odd"), Function("odd", "even"), Function("main", "even"));

        ParkAnalysis park = ParkAnalysis.Solve([module]);

        string[] cut = [.. module.Functions.Select(f => f.Name).Where(f => park.NeedsEntryPoint(module, f))];
        Assert.Single(cut);
        Assert.DoesNotContain("main", cut);
    }

    [Fact]
    public void Recursion_through_a_pointer_is_cut_at_a_function_whose_address_is_taken()
    {
        ModuleSummary module = Module(
            "a", Function("apply") with { CallsIndirectly = true }, Function("callback", "apply"))
            with { AddressTaken = ["callback"] };

        ParkAnalysis park = ParkAnalysis.Solve([module]);

        Assert.True(park.NeedsEntryPoint(module, "callback"));
        Assert.True(park.IndirectMayPark);
    }

    [Fact]
    public void A_function_that_polls_before_it_calls_needs_no_entry_point()
    {
        ModuleSummary module = Module(
            "a", Function("walk", "walk") with { HasLoopPoint = true, PollsBeforeCalls = true });

        Assert.False(ParkAnalysis.Solve([module]).NeedsEntryPoint(module, "walk"));
    }

    [Fact]
    public void Modules_without_points_get_none()
    {
        ModuleSummary module = Module("a", Function("f", "f")) with { Points = false };

        Assert.False(ParkAnalysis.Solve([module]).NeedsEntryPoint(module, "f"));
    }

    [Fact]
    public void A_fingerprint_changes_with_what_a_callee_may_do()
    {
        ModuleSummary caller = Module("a", Function("f", "g"));

        byte[] leaf = ParkAnalysis.Solve([caller, Module("b", Function("g"))]).Fingerprint(caller);
        byte[] parking = ParkAnalysis.Solve([caller, Module("b", Function("g", "__pop_syscall"))]).Fingerprint(caller);

        Assert.NotEqual(leaf, parking);
    }

    [Fact]
    public void The_largest_common_definition_gives_its_extent()
    {
        DefinedSymbol small = new("x", SymbolKind.Variable, Weak: true, Common: true, Size: 4, Alignment: 4);
        ModuleSummary[] program =
        [
            Module("a") with { Defined = [small] },
            Module("b") with { Defined = [small with { Size = 64, Alignment = 16 }] },
        ];

        Assert.Equal((64ul, 16u), ParkAnalysis.Solve(program).CommonExtent("x"));
    }

    [Fact]
    public void A_summary_is_read_back_as_written_and_truncations_are_refused()
    {
        ModuleSummary module = Module(
            "a", Function("f", "g", "h") with { HasLoopPoint = true, PollsBeforeCalls = true })
            with { Aliases = [new("alias", "f")], AddressTaken = ["f"], PossibleLibcalls = ["memcpy"] };
        byte[] bytes = module.ToBytes();

        Assert.Equal(bytes, ModuleSummary.FromBytes(bytes, "summary").ToBytes());
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Assert.Throws<Core.BadInputException>(() => ModuleSummary.FromBytes(cut, "summary"));
        }
    }

    private static FunctionSummary Function(string name, params string[] callees) =>
        new(name, Local: false, CallsIndirectly: false, HasLoopPoint: false, PollsBeforeCalls: false, callees);

    private static ModuleSummary Module(string id, params FunctionSummary[] functions) => new(
        id,
        Points: true,
        [.. functions.Where(f => !f.Local)
            .Select(f => new DefinedSymbol(f.Name, SymbolKind.Function, Weak: false, Common: false, Size: 0,
                Alignment: 0))],
        Undefined: [],
        Aliases: [],
        functions,
        AddressTaken: [],
        PossibleLibcalls: []);
}

using Popcorn.Core;

namespace Popcorn.EndToEnd.Tests;

/// <summary>Every case program, moved at chosen points in every direction, must print what it prints when nobody moves it.</summary>
public class MigrationTests
{
    private const string Ring = "x86_64,aarch64,riscv64";

    /// <summary>A move costs tens of milliseconds, so a run that moves at every point is moved this often at most.</summary>
    private const int MovesMax = 60;

    private static readonly int[] SinglePoints = [1, 2, 3, 5, 10, 100, 1000];

    public static TheoryData<string> Programs() => [.. CaseProgram.Names()];

    public static TheoryData<string, string> ProgramsAndIsas()
    {
        TheoryData<string, string> data = [];
        foreach (string program in CaseProgram.Names())
        {
            foreach (Isa isa in IsaNames.All)
                data.Add(program, isa.Name());
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(ProgramsAndIsas))]
    public void Unmoved_PrintsWhatAnotherCompilerAndLibcMakeItPrint(string program, string isa) =>
        CaseProgram.Get(program).RunAndCompare("--isa", isa);

    [Theory]
    [MemberData(nameof(ProgramsAndIsas))]
    public void MovedOnce_FromIsa_ToEachIsa_PrintsTheSame(string program, string source)
    {
        foreach (Isa target in IsaNames.All)
        {
            foreach (int point in SinglePoints)
                CaseProgram.Get(program).RunAndCompare("--isa", source, "--migrate-at", $"{point}", "--ring", target.Name());
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void MovedAroundTheRing_PrintsTheSame(string program)
    {
        foreach (int every in (int[])[1, 7, 100])
        {
            CaseProgram.Get(program).RunAndCompare(
                "--migrate-every", $"{every}", "--migrations-max", $"{MovesMax}", "--ring", Ring);
        }
    }
}

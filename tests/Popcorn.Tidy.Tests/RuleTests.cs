using Popcorn.Tidy.Tests.Rules;

namespace Popcorn.Tidy.Tests;

/// <summary>Each rule is shown a tree that breaks it: a rule that finds nothing there would find nothing
/// anywhere.</summary>
public class RuleTests
{
    private const string Reference = "<ProjectReference Include=\"../Popcorn.Linux/Popcorn.Linux.csproj\" />";

    [Fact]
    public void ReferenceAgainstTheArrows_IsFound() => Finds(
        ProjectRules.Arrows(
            SourceTree.Of(("src/Popcorn.Transform/Popcorn.Transform.csproj", "<Project>\n" + Reference))),
        "src/Popcorn.Transform/Popcorn.Transform.csproj:2: a reference from Transform to Linux is banned, "
        + "use StateMap, ObjectFiles, Isa, Core only");

    [Fact]
    public void ReferenceAlongTheArrows_IsFine() => Assert.Empty(
        ProjectRules.Arrows(SourceTree.Of(("src/Popcorn.Node/Popcorn.Node.csproj", Reference))));

    [Fact]
    public void UnsafeBlocksInTheWrongProject_AreFound()
    {
        const string Switch = "<AllowUnsafeBlocks>true</AllowUnsafeBlocks>";
        Finds(
            ProjectRules.UnsafeBlocks(SourceTree.Of(("src/Popcorn.Node/Popcorn.Node.csproj", Switch))),
            "src/Popcorn.Node/Popcorn.Node.csproj:1: AllowUnsafeBlocks in Popcorn.Node is banned, "
            + "use a type of Popcorn.Linux or Popcorn.Llvm");
        Assert.Empty(ProjectRules.UnsafeBlocks(SourceTree.Of(("src/Popcorn.Llvm/Popcorn.Llvm.csproj", Switch))));
    }

    [Theory]
    [InlineData("using System.Net;")]
    [InlineData("Thread.Yield();")]
    [InlineData("long now = DateTime.UtcNow.Ticks;")]
    [InlineData("int seed = Random.Shared.Next();")]
    [InlineData("using Popcorn.Linux;")]
    public void ImpureCodeInAPureProject_IsFound(string code)
    {
        Assert.Single(BannedApiRules.Purity(SourceTree.Of(("src/Popcorn.Wire/A.cs", code))));
        Assert.Empty(BannedApiRules.Purity(SourceTree.Of(("src/Popcorn.Node/A.cs", code))));
        Assert.Empty(BannedApiRules.Purity(SourceTree.Of(("src/Popcorn.Wire/A.cs", "// " + code))));
    }

    [Fact]
    public void OldInterop_IsFound() => Finds(
        BannedApiRules.Interop(SourceTree.Of(("src/Popcorn.Linux/A.cs", "    [Dll" + "Import(\"libc\")]"))),
        "src/Popcorn.Linux/A.cs:1: DllImport is banned, use LibraryImport");

    [Fact]
    public void SleepingOrSkippedTest_IsFound()
    {
        Assert.Single(BannedApiRules.SkippedTests(SourceTree.Of(("tests/A.cs", "Thread" + ".Sleep(1);"))));
        Assert.Single(BannedApiRules.SkippedTests(SourceTree.Of(("tests/A.cs", "[Fact(Sk" + "ip = \"later\")]"))));
        Assert.Empty(BannedApiRules.SkippedTests(SourceTree.Of(("tests/A.cs", "names.Skip(1)"))));
    }

    [Fact]
    public void UnexplainedUnsafe_IsFound()
    {
        const string Block = "        unsafe\n        {";
        Assert.Single(BannedApiRules.Safety(SourceTree.Of(("src/Popcorn.Linux/A.cs", Block))));
        Assert.Single(
            BannedApiRules.Safety(SourceTree.Of(("src/Popcorn.Linux/A.cs", "// SAFETY: far.\n\n\n\n" + Block))));
        Assert.Empty(
            BannedApiRules.Safety(SourceTree.Of(("src/Popcorn.Linux/A.cs", "// SAFETY: it holds.\n" + Block))));
        Assert.Single(
            BannedApiRules.Safety(SourceTree.Of(("src/Popcorn.Linux/A.cs", "public static unsafe void F()"))));
        Assert.Empty(
            BannedApiRules.Safety(SourceTree.Of(("src/Popcorn.Linux/Libc/A.cs", "internal static unsafe class A"))));
    }

    [Fact]
    public void OversizedCode_IsFound()
    {
        string body = string.Concat(Enumerable.Repeat("        i++;\n", 70));
        string source = "class A\n{\n    int F(int i)\n    {\n" + body
            + "        return \"}{\";\n    }\n\n    void G()\n    {\n    }\n}\n";
        Finds(
            SizeRules.Functions(SourceTree.Of(("src/Popcorn.Core/A.cs", source))),
            "src/Popcorn.Core/A.cs:3: a function of 74 lines (F) is banned, use at most 70");
        Finds(
            SizeRules.Columns(SourceTree.Of(("src/A.cs", "\n" + new string('x', 121)))),
            "src/A.cs:2: a line of 121 columns is banned, use at most 120 (tools/wrap-lines)");
        Assert.Single(SizeRules.Files(SourceTree.Of(("runtime/a.c", new string('\n', 801) + "x"))));
        Assert.Empty(SizeRules.Files(SourceTree.Of(("src/A.cs", new string('\n', 799) + "x"))));
    }

    [Fact]
    public void OpenWorkWithoutAnIssue_IsFound()
    {
        Assert.Single(TextRules.OpenWork(SourceTree.Of(("src/A.cs", "// TO" + "DO later"))));
        Assert.Single(TextRules.OpenWork(SourceTree.Of(("runtime/a.c", "/* FIX" + "ME */"))));
        Assert.Empty(TextRules.OpenWork(SourceTree.Of(("src/A.cs", "// TO" + "DO(#3): later"))));
    }

    [Fact]
    public void EmptyDocumentation_IsFound() =>
        Assert.Single(TextRules.EmptyTags(SourceTree.Of(("src/A.cs", "/// <summary> <" + "/summary>"))));

    [Theory]
    [InlineData("see /" + "home/someone/x")]
    [InlineData("/" + "work/here")]
    [InlineData("\"resolved\": \"https://regis" + "try.example.com/p\"")]
    [InlineData("https://api.nu" + "get.org/v3")]
    public void MachineName_IsFound(string text) =>
        Assert.Single(TextRules.MachineNames(SourceTree.Of(("README.md", text))));

    [Theory]
    [InlineData("src/home/page")]
    [InlineData("~/work/x")]
    [InlineData("$HOME/root/x")]
    public void OrdinaryPath_IsFine(string text) =>
        Assert.Empty(TextRules.MachineNames(SourceTree.Of(("README.md", text))));

    [Fact]
    public void DiagnosticCodes_AreListedOnceAndRaised()
    {
        const string Row = "| PC0" + "901 | wrong |";
        const string Raise = "sink.Error(\"PC0" + "901\", \"\", \"\");";
        Assert.Empty(DiagnosticRules.Codes(SourceTree.Of(("docs/diagnostics.md", Row), ("src/Popcorn.A/A.cs", Raise))));
        Finds(
            DiagnosticRules.Codes(SourceTree.Of(("docs/diagnostics.md", ""), ("src/Popcorn.A/A.cs", Raise))),
            "src/Popcorn.A/A.cs:1: unlisted code PC0" + "901 is banned, use a row in docs/diagnostics.md");
        Assert.Single(DiagnosticRules.Codes(SourceTree.Of(("docs/diagnostics.md", Row))));
        Assert.Single(DiagnosticRules.Codes(SourceTree.Of(
            ("docs/diagnostics.md", Row), ("src/Popcorn.A/A.cs", Raise), ("src/Popcorn.B/B.cs", Raise))));
    }

    [Fact]
    public void KernelObject_WithoutItsTest_IsFound()
    {
        SourceFile test = new("tests/A.cs", "public void It_Moves()");
        Assert.Empty(KernelObjectRules.Tests(SourceTree.Of(
            ("docs/kernel-objects.md", "| pipe | moves | moves | `It_Moves` (pipes) |"), (test.Path, test.Text))));
        Assert.Single(KernelObjectRules.Tests(SourceTree.Of(
            ("docs/kernel-objects.md", "| pipe | moves | moves | `It_Stays` |"), (test.Path, test.Text))));
    }

    [Fact]
    public void Exemption_CoversItsPathAndIsMissedWhenUnneeded()
    {
        Exemptions exemptions = Exemptions.Parse("# why\ncolumns src/a/ reason one\nfile-lines src/b.cs reason two\n");

        Assert.True(exemptions.Covers(new Violation("columns", "src/a/x.cs", 1, "", "")));
        Assert.False(exemptions.Covers(new Violation("columns", "src/c.cs", 1, "", "")));
        Assert.Equal([("file-lines", "src/b.cs")], exemptions.Unneeded);
    }

    private static void Finds(IEnumerable<Violation> violations, string message) =>
        Assert.Equal(message, Assert.Single(violations).ToString());
}

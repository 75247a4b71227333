using Popcorn.Compiler.Driver;

namespace Popcorn.Compiler.Tests.Driver;

public sealed class DriverParserTests
{
    [Fact]
    public void A_makefiles_compile_line_is_understood()
    {
        DriverRequest request = Parse("-O2 -g -Wall -DX=1 -I include -MD -MF deps/a.d -fPIC -pthread -c a.c -o a.o");

        Assert.Equal(DriverAction.Compile, request.Action);
        Assert.Equal("a.o", request.Output);
        Assert.Equal("2", request.Optimisation);
        Assert.Equal(
            ["-O2", "-g", "-Wall", "-DX=1", "-I", "include", "-MD", "-MF", "deps/a.d", "-D_REENTRANT=1"],
            request.FrontEndArguments);
        Assert.Equal(new DependencyFile(Wanted: true, FileGiven: true, TargetGiven: false), request.Dependencies);
    }

    [Fact]
    public void Inputs_keep_their_order_and_kind()
    {
        DriverRequest request = Parse("main.c x.o -Lone -L two libz.a -lm -Wl,--start-group -l foo -Wl,--end-group");

        Assert.Equal(
            [
                (InputKind.Source, "main.c"), (InputKind.LinkerFile, "x.o"), (InputKind.LinkerFile, "libz.a"),
                (InputKind.Library, "m"), (InputKind.Library, "foo"),
            ],
            request.Inputs.Take(5).Select(input => (input.Kind, input.Name)));
        Assert.Equal(["one", "two"], request.LibraryDirectories);
    }

    [Fact]
    public void Inputs_among_the_linkers_options_keep_their_place() =>
        Assert.Equal(
            [
                (InputKind.LinkerFile, "a.o"), (InputKind.LinkerFile, "libx.a"), (InputKind.Library, "y"),
                (InputKind.LinkerFile, "b.o"),
            ],
            Parse("a.o -Wl,--start-group,libx.a,-ly,--end-group b.o").Inputs.Select(i => (i.Kind, i.Name)));

    [Theory]
    [InlineData("a.a -Wl,--whole-archive b.a -lc -Wl,--no-whole-archive d.a", "b.a c")]
    [InlineData("a.a -Wl,--whole-archive,b.a,-lc,--no-whole-archive -ld", "b.a c")]
    [InlineData("-Wl,--push-state,--whole-archive -lb -Wl,--pop-state d.a", "b")]
    [InlineData("-Wl,--whole-archive -Wl,--push-state,--no-whole-archive a.a -Wl,--pop-state b.a", "b.a")]
    public void Whole_archives_are_those_between_the_options(string line, string whole) =>
        Assert.Equal(whole.Split(' '), Parse(line).Inputs.Where(i => i.WholeArchive).Select(i => i.Name));

    [Theory]
    [InlineData("-E a.c", DriverAction.Preprocess)]
    [InlineData("-c -E a.c", DriverAction.Preprocess)]
    [InlineData("-M a.c", DriverAction.Preprocess)]
    [InlineData("-S -c a.c", DriverAction.Assembly)]
    [InlineData("-fsyntax-only a.c", DriverAction.Syntax)]
    [InlineData("a.c", DriverAction.Link)]
    public void The_earliest_stage_wins(string line, DriverAction action) => Assert.Equal(action, Parse(line).Action);

    [Theory]
    [InlineData("-shared a.o", "static image")]
    [InlineData("-march=native a.c", "x86_64, aarch64 and riscv64")]
    [InlineData("-mavx2 a.c", "x86_64, aarch64 and riscv64")]
    [InlineData("-m32 a.c", "64-bit")]
    [InlineData("start.S", "assembly")]
    [InlineData("-x assembler a", "assembly")]
    [InlineData("main.cpp", "C++")]
    [InlineData("-Wl,-T,my.ld a.o", "layout")]
    [InlineData("-T my.ld a.o", "layout")]
    [InlineData("-Wl,--wrap=malloc a.o", "'-Wl,--wrap' is refused: the layout")]
    [InlineData("-fsanitize=address a.c", "run-time library")]
    [InlineData("-coverage a.c", "run-time library")]
    [InlineData("-fsanitize=undefined,thread a.c", "run-time library")]
    [InlineData("-fsanitize=function a.c", "machine code")]
    [InlineData("-O17x a.c", "optimisation level")]
    [InlineData("-fpopcorn-fast a.c", "-fpopcorn-points=none")]
    [InlineData("a.c -o", "'-o' is missing")]
    [InlineData("-", "standard input")]
    public void Refusals_name_the_option_and_the_reason(string line, string reason)
    {
        DriverException refusal = Assert.Throws<DriverException>(() => Parse(line));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-fPIC -fpie -pie -static -mtune=native -m64 -fstack-protector-strong -flto -rdynamic")]
    [InlineData("-Wl,-rpath,/usr/lib -Wl,-rpath -Wl,/x -Wl,-z,now -Xlinker -rpath -Xlinker /y")]
    [InlineData("-Wl,--as-needed -Wl,--hash-style=gnu")]
    [InlineData("-Wl,--warn-common -Wl,--verbose")]
    [InlineData("-Wa,--noexecstack")]
    public void Options_with_nothing_to_act_on_are_ignored(string line) =>
        Assert.Empty(Parse(line + " a.o").FrontEndArguments);

    [Fact]
    public void Checks_for_undefined_behaviour_are_clangs_without_the_one_that_reads_machine_code() =>
        Assert.Equal(
            ["-fsanitize=undefined", "-fno-sanitize=function", "-fno-sanitize-recover=all"],
            Parse("-fsanitize=undefined -fno-sanitize-recover=all a.c").FrontEndArguments);

    [Fact]
    public void Unknown_options_are_left_for_clang_to_judge() =>
        Assert.Equal(["-fno-such-thing", "-Xclang", "-x"], Parse("-fno-such-thing -Xclang -x a.c").FrontEndArguments);

    [Fact]
    public void Link_options_with_an_effect_are_kept()
    {
        DriverRequest request = Parse("a.o -s -Wl,-Map=out.map -u needed -Wl,-u,more -nostdlib");

        Assert.True(request.StripAll);
        Assert.Equal("out.map", request.MapFile);
        Assert.Equal(["needed", "more"], request.RequiredSymbols);
        Assert.False(request.StandardLibraries);
        Assert.False(request.StartFiles);
    }

    [Fact]
    public void Benchmark_switches_reach_the_compiler()
    {
        Assert.False(Parse("-fpopcorn-points=none a.c").Points);
        Assert.True(Parse("-fpopcorn-points=none a.c").Sites);
        Assert.False(Parse("-fpopcorn-no-sites a.c").Sites);
        Assert.Equal("computed-goto", Parse("--emit=ir-after:computed-goto a.c").EmitAfterPass);
    }

    [Fact]
    public void A_response_file_is_read_like_gcc_does()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "-DNAME=\"a b\" 'it''s' one\\ word\n\t-c a.c");

            DriverRequest request = DriverParser.Parse(["@" + path]);

            Assert.Equal(["-DNAME=a b"], request.FrontEndArguments);
            Assert.Equal(["its", "one word", "a.c"], request.Inputs.Select(input => input.Name));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_response_file_that_names_itself_ends()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "@" + path);

            Assert.Throws<DriverException>(() => DriverParser.Parse(["@" + path]));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static DriverRequest Parse(string line) => DriverParser.Parse(line.Split(' '));
}

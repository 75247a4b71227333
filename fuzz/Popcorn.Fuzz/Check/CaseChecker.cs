namespace Popcorn.Fuzz;

/// <summary>
/// Builds one program with <c>popcorn cc</c> and with a reference compiler, runs it unmoved and moved, and compares the
/// whole output. The reference is gcc for AArch64 with glibc: its long double is the IEEE quad of every popcorn
/// program. </summary>
internal sealed class CaseChecker(string scratch)
{
    private const string ReferenceCompiler = "aarch64-linux-gnu-gcc";
    private const int MovesMax = 40;

    private static readonly TimeSpan _compileLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _runLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _movedLimit = TimeSpan.FromSeconds(60);

    // What clang calls by another name or gcc lacks; the reference need only print the same.
    private static readonly HashSet<string> _notForReference =
        ["-Oz", "-fno-vectorize", "-fsanitize=undefined", "-ftrapv", "-std=gnu2x"];

    internal Verdict Check(string source, Recipe recipe)
    {
        Outcome? reference = Reference(source, recipe);
        if (reference is null)
            return new Verdict(VerdictKind.NoReference);
        string program = Path.Combine(scratch, "program");
        Outcome built = Tool.Run(
            Tool.Popcorn, ["cc", "-w", .. Includes, .. recipe.Flags, source, "-o", program, "-lm"], _compileLimit);
        if (!built.Succeeded)
            return new Verdict(
                VerdictKind.NotBuilt, built.ExitCode is null ? "not within the time limit" : built.Errors);
        Outcome unmoved = Tool.Run(Tool.Popcorn, ["run", "--isa", recipe.Isa, "--", program], _movedLimit, scratch);
        if (!unmoved.SameAs(reference))
        {
            return ClangAlone(source, recipe) is { } clang && clang.SameAs(unmoved)
                ? new Verdict(VerdictKind.NoReference, "gcc and clang disagree")
                : new Verdict(VerdictKind.UnmovedDiffers, Difference(reference, unmoved));
        }
        Outcome moved = Tool.Run(
            Tool.Popcorn,
            ["run", "--isa", recipe.Isa, "--migrate-every", $"{recipe.Every}", "--migrations-max", $"{MovesMax}",
                "--ring", recipe.Ring, "--", program],
            _movedLimit, scratch);
        return moved.SameAs(reference) && moved.Errors == reference.Errors
            ? new Verdict(VerdictKind.Same)
            : new Verdict(VerdictKind.MovedDiffers, Difference(reference, moved));
    }

    /// <summary>
    /// Whether the program is correct C as far as gcc's sanitizers can tell; a reducer makes incorrect ones otherwise.
    /// </summary>
    internal bool IsSound(string source)
    {
        string program = Path.Combine(scratch, "sanitized");
        // A variable used before it is set is an error here: no sanitizer of gcc's finds that.
        string[] strict = ["-O1", "-Wall", "-Wno-unused", "-Werror=uninitialized", "-Werror=maybe-uninitialized",
            "-Werror=return-type", "-Werror=int-conversion", "-Werror=implicit-function-declaration",
            "-Werror=incompatible-pointer-types", "-Werror=array-bounds", "-Werror=sequence-point"];
        Outcome built = Tool.Run(
            "gcc",
            [.. strict, .. Includes, "-fsigned-char", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                source,
                "-o", program, "-lm"],
            _compileLimit);
        if (!built.Succeeded)
            return false;
        Outcome run = Tool.Run(program, [], _runLimit, scratch);
        return run.ExitCode is not null && !run.Errors.Contains("Sanitizer", StringComparison.Ordinal)
            && !run.Errors.Contains("runtime error", StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Includes { get; } =
        Directory.Exists("/usr/include/csmith") ? ["-I", "/usr/include/csmith"] : [];

    /// <summary>
    /// The same front end without popcorn. C leaves a little open, such as how a complex product is rounded.
    /// </summary>
    private Outcome? ClangAlone(string source, Recipe recipe) => Reference(
        ["clang-19", "--target=aarch64-linux-gnu", "-fuse-ld=lld", "-Wno-unused-command-line-argument"],
        source, recipe);

    private Outcome? Reference(string source, Recipe recipe) => Reference([ReferenceCompiler], source, recipe);

    private Outcome? Reference(IReadOnlyList<string> compiler, string source, Recipe recipe)
    {
        string program = Path.Combine(scratch, "reference");
        IEnumerable<string> flags = recipe.Flags.Where(
            f => !_notForReference.Contains(f) && !f.StartsWith("-O", StringComparison.Ordinal));
        Outcome built = Tool.Run(
            compiler[0],
            [.. compiler.Skip(1), "-O1", "-w", "-static", "-fsigned-char", "-ffp-contract=off", "-fwrapv", .. Includes,
                .. flags, source, "-o", program, "-lm"],
            _compileLimit);
        if (!built.Succeeded)
            return null;
        Outcome run = Tool.Run("qemu-aarch64-static", [program], _runLimit, scratch);
        return run.ExitCode is null or > 128 ? null : run;
    }

    private static string Difference(Outcome expected, Outcome actual)
    {
        string[] left = expected.Output.Split('\n'), right = actual.Output.Split('\n');
        int line = 0;
        while (line < left.Length && line < right.Length && left[line] == right[line])
            line++;
        string Of(string[] lines) => line < lines.Length ? lines[line] : "(end of output)";
        string end = actual.ExitCode is int code ? $"exit code {code}" : "did not end in time";
        return $"line {line + 1}: expected '{Of(left)}', got '{Of(right)}'; expected exit code {expected.ExitCode}, "
            + $"{end}\n{actual.Errors}";
    }
}

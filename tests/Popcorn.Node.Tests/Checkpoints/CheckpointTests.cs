using Popcorn.Core;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Programs;

namespace Popcorn.Node.Tests.Checkpoints;

public class CheckpointTests
{
    [Fact]
    public void Image_IsRestoredOnEveryIsa_AsOftenAsAsked_WhileTheOriginalGoesOn()
    {
        string image = Save("every-isa", out RunningProgram original);
        using (original)
        {
            foreach (Isa isa in IsaNames.All.Concat(IsaNames.All))
            {
                using RunningProgram restored = new(["restore", image, "--isa", isa.Name()]);
                restored.Step(3);
                restored.Step(4);
                Assert.Equal((3, "end of input\n", ""), restored.Finish());
            }
            original.Step(3);
            Assert.Equal(3, original.Finish().ExitCode);
        }
    }

    /// <summary>Saved before and afterwards, as what it is then; nobody has looked at it in between.</summary>
    [Fact]
    public void ProgramThatExecutesAnother_IsSavedAsThatOne()
    {
        string folder = Repository.Scratch("image-executor");
        string first = Path.Combine(folder, "first");
        string second = Path.Combine(folder, "second");
        using (RunningProgram program = new(["run", "--", Repository.Executor, Repository.Survivor]))
        {
            Assert.Equal("ready", program.ReadLine());
            string pid = $"{program.Status.Pid}";
            Assert.Equal(0, program.Popcorn("checkpoint", pid, "-o", first).ExitCode);
            program.Send("execute");
            Assert.Equal("ready", program.ReadLine());
            (int code, _, string errors) =
                program.Popcorn("checkpoint", pid, "-o", second, "--parent", first, "--stop");
            Assert.True(code == 0, errors);
            Assert.Equal(0, program.Wait().ExitCode);
        }
        using (RunningProgram restored = new(["restore", first, "--isa", "aarch64"]))
        {
            restored.Send("execute");
            Assert.Equal("ready", restored.ReadLine());
            Assert.Equal(0, restored.Popcorn(
                "checkpoint", $"{restored.Status.Pid}", "-o", first + "2").ExitCode);
            restored.Step(0);
            Assert.Equal(3, restored.Finish().ExitCode);
        }
        foreach (string image in (string[])[second, first + "2"])
        {
            using RunningProgram restored = new(["restore", image, "--isa", "riscv64"]);
            restored.Step(0);
            Assert.Equal(0, restored.Migrate(Isa.X86_64).ExitCode);
            restored.Step(1);
            Assert.Equal((3, "end of input\n", ""), restored.Finish());
        }
    }

    [Fact]
    public void RestoredProgram_CanBeMovedAndSavedAgain()
    {
        string image = Save("again", out RunningProgram original);
        original.Dispose();
        string second = image + "2";
        using (RunningProgram restored = new(["restore", image, "--isa", "aarch64"]))
        {
            restored.Step(3);
            Assert.Equal(0, restored.Migrate(Isa.RiscV64).ExitCode);
            restored.Step(4);
            (int code, _, string errors) =
                restored.Popcorn("checkpoint", $"{restored.Status.Pid}", "-o", second, "--stop");
            Assert.True(code == 0, errors);
            Assert.Equal(0, restored.Wait().ExitCode);
        }

        using RunningProgram last = new(["restore", second]);

        last.Step(5);
        Assert.Equal(3, last.Finish().ExitCode);
    }

    [Theory]
    [InlineData("lz4")]
    [InlineData("none")]
    [InlineData("-7")]
    [InlineData("9")]
    public void Image_IsRestored_HoweverItIsCompressed(string how)
    {
        string image = Path.Combine(Repository.Scratch("image-compressed-" + how), "image");
        using (RunningProgram original = RunningProgram.StartSurvivor())
        {
            original.Send("grow");
            Assert.Equal("grown", original.ReadLine());
            original.Step(0);
            (int code, _, string errors) = original.Popcorn(
                "checkpoint", $"{original.Status.Pid}", "-o", image, "--compress", how, "--stop");
            Assert.True(code == 0, errors);
            Assert.Equal(0, original.Wait().ExitCode);
        }
        using (ImageFile file = ImageFile.Open(image))
            Assert.Equal((how != "none", how != "none"), (file.IsCompressed, file.FileBytes < file.MemoryBytes / 2));

        using RunningProgram restored = new(["restore", image, "--isa", "aarch64"]);

        restored.Send("grown");
        Assert.Equal("still grown", restored.ReadLine());
        restored.Step(1);
        Assert.Equal(3, restored.Finish().ExitCode);
    }

    /// <summary>What it has open for a moment only is waited for, also when it is there just when the program
    /// parks.</summary>
    [Fact]
    public void ProgramThatLooksAtItself_IsSavedInBetween()
    {
        string folder = Repository.Scratch("image-glancer");
        using RunningProgram program = new(["run", "--", Repository.Glancer]);
        Assert.Equal("ready", program.ReadLine());

        for (int i = 0; i < 6; i++)
        {
            (int code, _, string errors) = program.Popcorn(
                "checkpoint", $"{program.Status.Pid}", "-o", Path.Combine(folder, $"{i}"));
            Assert.True(code == 0, errors);
        }

        using RunningProgram restored = new(["restore", Path.Combine(folder, "5")]);
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    [Theory]
    [InlineData("mappings_come_and_go", "x86_64")]
    [InlineData("mappings_come_and_go", "riscv64")]
    [InlineData("every_page_is_of_one_moment", "aarch64")]
    [InlineData("memory_of_two_kinds_changes_places", "x86_64")]
    public void MemoryThatChangesMeanwhile_IsThatOfOneMoment(string name, string isa)
    {
        string image = Path.Combine(Repository.Scratch($"image-{name}-{isa}"), "image");
        using (RunningProgram program = new(["run", "--", Repository.Survivors("memory"), name]))
        {
            Assert.StartsWith("ready ", program.ReadLine());
            for (int i = 0; i < 4; i++)
            {
                string[] parent = i == 0 ? [] : ["--parent", $"{image}{i - 1}"];
                string[] stop = i == 3 ? ["--stop"] : [];
                (int code, _, string errors) = program.Popcorn(
                    ["checkpoint", $"{program.Status.Pid}", "-o", $"{image}{i}", .. parent, .. stop]);
                Assert.True(code == 0, errors);
            }
            Assert.Equal(0, program.Wait().ExitCode);
        }
        foreach (string saved in (string[])[image + "0", image + "3"])
        {
            using RunningProgram restored = new(["restore", saved, "--isa", isa]);

            restored.Send("go");
            (int exitCode, string output, string error) = restored.Wait();

            Assert.True(exitCode == 0 && output == "PASS\n", output + error);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("20")]
    [InlineData("gzip")]
    public void UnknownCompression_IsRefused(string how)
    {
        using RunningProgram program = RunningProgram.StartSurvivor();

        (int code, _, string errors) = program.Popcorn(
            "checkpoint", $"{program.Status.Pid}", "-o", "never", "--compress", how);

        Assert.Equal(64, code);
        Assert.Contains($"'{how}' is neither lz4, nor none, nor a zstd level", errors);
    }

    [Fact]
    public void PathOfSomethingElseThanAFile_IsRefused_AndLeftAsItIs()
    {
        string image = Save("special", out RunningProgram original);
        using (original)
        {
            string link = image + ".link";
            File.Delete(link);
            File.CreateSymbolicLink(link, "/dev/null");

            foreach (string path in (string[])[link, Path.GetDirectoryName(image)!])
            {
                (int code, _, string errors) = original.Popcorn("checkpoint", $"{original.Status.Pid}", "-o", path);

                Assert.Equal(1, code);
                Assert.Contains($"cannot save to '{path}': it is not a regular file", errors);
            }

            Assert.Equal("/dev/null", File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName);
            original.Step(3);
        }
    }

    [Fact]
    public void Inspect_ShowsTheImage()
    {
        string image = Save("inspect", out RunningProgram original);
        using (original)
        {
            (int code, string output, string errors) = original.Popcorn("inspect", image);

            Assert.True(code == 0, errors);
            Assert.Contains("descriptor  0: taken from the restorer", output);
            Assert.Matches(@"#\d+ main at \S*survivor\.c:\d+", output);
        }
    }

    [Fact]
    public void DamagedImages_AreRefused_WhereverTheDamageIs()
    {
        byte[] whole = File.ReadAllBytes(Save("damaged", out RunningProgram original));
        original.Dispose();
        string path = Path.Combine(Repository.Scratch("damaged-copies"), "image");

        for (int length = 0; length < whole.Length; length += length < 2048 ? 1 : 1009)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<BadInputException>(() => ImageFile.Open(path));
        }
        for (int offset = 0; offset < whole.Length; offset += offset < 1024 ? 7 : 1511)
        {
            byte[] damaged = [.. whole];
            damaged[offset] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.Throws<BadInputException>(() => ImageFile.Open(path));
        }
        File.WriteAllBytes(path, whole);
        ImageFile.Open(path).Dispose();
    }

    [Fact]
    public void DamageInTheData_EndsTheRestore_BeforeTheProgramRuns()
    {
        string image = Save("damaged-data", out RunningProgram original);
        original.Dispose();
        byte[] bytes = File.ReadAllBytes(image);
        bytes[2000] ^= 1;
        File.WriteAllBytes(image, bytes);

        using RunningProgram restored = new(["restore", image]);
        (int code, string output, string errors) = restored.Wait();

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("the checkpoint is damaged", errors);
    }

    [Fact]
    public void ProgramBuiltAnewSince_IsRefused()
    {
        string image = Save("changed", out RunningProgram original, out string program);
        original.Dispose();
        File.AppendAllText(Path.Combine(program + ".popcorn", "riscv64"), "x");

        using RunningProgram restored = new(["restore", image]);
        (int code, _, string errors) = restored.Wait();

        Assert.Equal(1, code);
        Assert.Contains("has changed since the checkpoint was taken", errors);
        using ImageFile file = ImageFile.Open(image);
        Assert.Equal(ProgramRefusal.BuildDiffers, Assert.Throws<ProgramException>(() => file.FindPrograms()).Reason);
    }

    [Theory]
    [InlineData(2000, "")]
    [InlineData(100_000, "missing/")]
    public void PlaceThatCannotBeWritten_LeavesNoFileAndAProgramThatGoesOn(int fileBlocksMax, string subfolder)
    {
        string folder = Repository.Scratch("unwritable");
        using RunningProgram program = new(["run", Repository.Survivor], fileBlocksMax: fileBlocksMax);
        Assert.Equal("ready", program.ReadLine());
        program.Send("grow");
        Assert.Equal("grown", program.ReadLine());
        program.Step(0);

        (int code, _, string errors) = program.Popcorn(
            "checkpoint", $"{program.Status.Pid}", "--compress", "none", "-o",
            Path.Combine(folder, subfolder + "image"));

        Assert.Equal(1, code);
        Assert.Contains("was not saved and goes on", errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
        program.Step(1);
        Assert.Equal(3, program.Finish().ExitCode);
    }

    [Fact]
    public void FullDisk_LeavesNoFileAndAProgramThatGoesOn()
    {
        // A disk of its own, which only the supervisor sees.
        const string MountAndExecute = "mount -t tmpfs -o size=1m none \"$0\" && exec \"$@\"";
        string disk = Repository.Scratch("full-disk");
        using RunningProgram program = new(
            ["run", Repository.Survivor],
            below: ["unshare", "--mount", "--user", "--map-root-user", "bash", "-c", MountAndExecute, disk]);
        Assert.Equal("ready", program.ReadLine());
        program.Send("grow");
        Assert.Equal("grown", program.ReadLine());

        (int code, _, string errors) = program.Popcorn(
            "checkpoint", $"{program.Status.Pid}", "--compress", "none", "-o", Path.Combine(disk, "image"));

        Assert.Equal(1, code);
        Assert.Contains("was not saved and goes on", errors);
        Assert.Contains("No space left on device", errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"/proc/{program.SupervisorPid}/root{disk}"));
        program.Step(0);
        Assert.Equal(3, program.Finish().ExitCode);
    }

    private static string Save(string name, out RunningProgram program) => Save(name, out program, out _);

    /// <summary>A survivor of its own after three steps, saved and still running.</summary>
    private static string Save(string name, out RunningProgram running, out string program)
    {
        string folder = Repository.Scratch("image-" + name);
        program = Path.Combine(folder, "survivor");
        string target = Directory.CreateDirectory(program + ".popcorn").FullName;
        foreach (string file in Directory.GetFiles(Repository.Survivor + ".popcorn"))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        running = new RunningProgram(["run", program]);
        Assert.Equal("ready", running.ReadLine());
        for (int step = 0; step < 3; step++)
            running.Step(step);
        string image = Path.Combine(folder, "image");
        (int code, _, string errors) = running.Popcorn("checkpoint", $"{running.Status.Pid}", "-o", image);
        Assert.True(code == 0, errors);
        return image;
    }
}

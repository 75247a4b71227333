namespace Popcorn.Node.Tests;

/// <summary>
/// Stands in for qemu-aarch64-static, first in PATH: a target that fails in a chosen way. Those written in bash speak
/// the restore protocol as far as it can; the others are tests/cases/node/fake_target.c under the real emulator.
/// </summary>
internal static class FakeEmulator
{
    /// <summary>
    /// Says "restoring" in the first process's part of the control region, second generation (64 KiB + 960 KiB, field
    /// at 24), as the runtime does on starting.
    /// </summary>
    private const string SayRestoring =
        "printf '\\002' | dd of=/proc/self/fd/$POPCORN_CONTROL bs=1 seek=1048600 conv=notrunc status=none\n";

    /// <summary>16 bytes: ERROR, OPEN, -2.</summary>
    private const string SayNoEntry =
        "printf '\\2\\0\\0\\0\\5\\0\\0\\0\\376\\377\\377\\377\\377\\377\\377\\377' >&$POPCORN_RESTORE\n";

    public const string DiesAtOnce = "exit 9\n";
    public const string DiesOnceStarted = SayRestoring + "exit 9\n";
    public const string IsKilledWhileItReads =
        SayRestoring + "head -c 200 <&$POPCORN_RESTORE >/dev/null; kill -9 $$\n";
    public const string Refuses = SayRestoring + SayNoEntry + "exit 127\n";
    public const string DiesAfterReady = "exec /usr/bin/qemu-aarch64-static FAKE ready\n";

    /// <summary>Takes everything, GO included, and dies.</summary>
    public const string DiesOnGo = "exec /usr/bin/qemu-aarch64-static FAKE go\n";

    /// <summary>A folder to put first in PATH.</summary>
    public static string Install(string name, string script)
    {
        string folder = Repository.Scratch("emulator-" + name);
        string path = Path.Combine(folder, "qemu-aarch64-static");
        File.WriteAllText(
            path, "#!/bin/bash\n" + script.Replace("FAKE", Repository.FakeTarget, StringComparison.Ordinal));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return folder;
    }
}

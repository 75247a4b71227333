using System.Diagnostics;
using System.Globalization;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Demonstration;

/// <summary>
/// Runs one computation of an interpreter twice, unmoved and through the ring of ISAs, draws where it was, and compares
/// the outputs. It uses <c>popcorn</c> as any user would: nothing here knows more than the commands do.
/// </summary>
internal sealed class Demo(DemoLanguage language, TextWriter output)
{
    private static readonly TimeSpan StayOnEachIsa = TimeSpan.FromMilliseconds(900);
    private static readonly Isa[] Ring = [Isa.AArch64, Isa.RiscV64, Isa.X86_64];

    public int Run()
    {
        Stopwatch whole = Stopwatch.StartNew();
        DemoProgram program = DemoProgram.Build(language, output);
        output.WriteLine();
        output.WriteLine($"demo/{language.Script}, unmoved on {Node.Programs.IsaHost.NativeIsa.Name()}:");
        (string expected, TimeSpan unmoved) = RunUnmoved(program);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {expected.Length} bytes of output in {unmoved.TotalSeconds:0.0} s"));
        output.WriteLine();
        output.WriteLine("The same, moved while it computes (one mark is 0.1 s):");
        string actual = RunMoved(program, out List<MoveReport> moves);
        output.WriteLine();
        PrintMoves(moves);
        output.WriteLine();
        bool same = expected == actual;
        output.WriteLine(same
            ? "The two outputs are the same, byte for byte."
            : $"The outputs DIFFER. They are in '{program.SaveOutputs(expected, actual)}'.");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Done in {whole.Elapsed.TotalSeconds:0.0} s."));
        return (int)(same && moves.Count == Ring.Length ? ExitCode.Ok : ExitCode.Failed);
    }

    private static (string Output, TimeSpan Time) RunUnmoved(DemoProgram program)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = program.Start();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? (text, watch.Elapsed)
            : throw new PopcornException($"the unmoved run ended with status {process.ExitCode}");
    }

    private string RunMoved(DemoProgram program, out List<MoveReport> moves)
    {
        moves = [];
        using Process process = program.Start();
        Task<string> text = process.StandardOutput.ReadToEndAsync();
        string folder = RuntimeFolder.Open();
        ProcessStatus status = FindProgram(folder, process);
        Stopwatch watch = Stopwatch.StartNew();
        BeginSegment(watch, status.Isa, status.Emulated);
        foreach (Isa target in Ring)
        {
            if (!Draw(process, StayOnEachIsa))
                break;
            AgentReply? reply = AgentClient.Ask(
                folder, status.Pid, new AgentRequest(AgentProtocol.Version, AgentCommand.Migrate, target.Name()));
            output.WriteLine();
            if (reply?.Move is not MoveReport move)
            {
                output.WriteLine(
                    $"  the move to {target.Name()} did not happen: {reply?.Error ?? "the program had ended"}");
                break;
            }
            moves.Add(move);
            BeginSegment(watch, move.Target, move.TargetEmulated);
        }
        _ = Draw(process, TimeSpan.FromMinutes(10));
        output.WriteLine();
        return text.GetAwaiter().GetResult();
    }

    /// <summary>The supervisor's socket appears a few milliseconds after its start.</summary>
    private static ProcessStatus FindProgram(string folder, Process supervisor)
    {
        while (!supervisor.HasExited)
        {
            ProcessStatus? status = AgentClient.AskAll(folder).FirstOrDefault(s => s.SupervisorPid == supervisor.Id);
            if (status is not null)
                return status;
            _ = supervisor.WaitForExit(5);
        }
        throw new PopcornException($"the demo program ended at once, with status {supervisor.ExitCode}");
    }

    private void BeginSegment(Stopwatch watch, string isa, bool emulated)
    {
        string name = emulated ? isa + " (emulated)" : isa;
        output.Write(
            string.Create(CultureInfo.InvariantCulture, $"  {watch.Elapsed.TotalSeconds,5:0.0} s  {name,-20}  "));
        output.Flush();
    }

    /// <summary>Draws a mark every tenth of a second; false when the program has ended.</summary>
    private bool Draw(Process process, TimeSpan time)
    {
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            if (process.WaitForExit(100))
                return false;
            output.Write('#');
            output.Flush();
        }
        return true;
    }

    private void PrintMoves(List<MoveReport> moves)
    {
        TextTable table =
            new("FROM", "TO", "FRAMES", "MEMORY", "PARK", "CAPTURE", "TRANSFORM", "TRANSFER", "RESTORE", "DOWN");
        foreach (MoveReport move in moves)
        {
            table.Add(
                move.Source,
                move.Target,
                move.Frames.ToString(CultureInfo.InvariantCulture),
                Timeline.Size(move.MemoryBytes),
                Ms(move.ParkMs),
                Ms(move.CaptureMs),
                Ms(move.TransformMs),
                Ms(move.TransferMs),
                Ms(move.RestoreMs),
                Ms(move.DowntimeMs));
        }
        table.Write(output, indent: "  ");
    }

    private static string Ms(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms");
}

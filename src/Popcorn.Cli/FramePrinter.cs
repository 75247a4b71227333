using Popcorn.Wire.Agent;

namespace Popcorn.Cli;

/// <summary>Frames as a debugger prints them, with each live value's place on every ISA.</summary>
internal static class FramePrinter
{
    public static void Print(IReadOnlyList<ThreadListing> threads, TextWriter output)
    {
        foreach (ThreadListing thread in threads)
        {
            output.WriteLine($"thread {thread.Slot}, parked at a {thread.Waiting}");
            foreach (FrameListing frame in thread.Frames)
                Print(frame, output);
        }
    }

    private static void Print(FrameListing frame, TextWriter output)
    {
        string where = frame.File.Length == 0 ? "" : $" at {frame.File}:{frame.Line}";
        string callee = frame.Callee.Length == 0 ? "" : $", calling {frame.Callee}";
        output.WriteLine($"#{frame.Number} {frame.Function}{where}{callee}");
        if (frame.Values.Count == 0)
            return;
        string[] isas = [.. frame.Values[0].Locations.Keys];
        TextTable table = new(["value", "type", "", .. isas]);
        foreach (ValueListing value in frame.Values)
            table.Add(
                [value.Name, value.Type, value.Text, .. isas.Select(i => value.Locations.GetValueOrDefault(i, "-"))]);
        table.Write(output, indent: "     ");
    }
}

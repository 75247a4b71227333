using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Agents;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Programs;
using Popcorn.Wire.Agent;
using Popcorn.Wire.Image;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn inspect</c>: the frames of a live program or of an image, in words.</summary>
internal static class InspectCommand
{
    private static readonly Argument<string> WhatArgument = new("what")
    {
        Description = "A process id, or a file that 'popcorn checkpoint' wrote.",
        HelpName = "PID|FILE",
    };

    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print an object." };

    public static Command Create()
    {
        Command command = new("inspect", "Show where a program is: frames, source lines, live values on each ISA.")
        {
            WhatArgument,
            JsonOption,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        string what = parsed.GetValue(WhatArgument) ?? "";
        bool json = parsed.GetValue(JsonOption);
        bool isPid = !File.Exists(what) && what.All(char.IsAsciiDigit);
        if (isPid)
            InspectProcess(Agents.ParsePid(what), json);
        else
            InspectImage(what, json);
        return (int)ExitCode.Ok;
    }

    private static void InspectProcess(int pid, bool json)
    {
        AgentReply reply = Agents.Ask(pid, new AgentRequest(AgentProtocol.Version, AgentCommand.Inspect));
        IReadOnlyList<ThreadListing> threads = reply.Threads ?? [];
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(threads, AgentJson.Default.IReadOnlyListThreadListing));
        else
            FramePrinter.Print(threads, Console.Out);
    }

    private static void InspectImage(string path, bool json)
    {
        using ImageFile image = ImageFile.Open(path);
        ProgramFiles program = image.FindProgram();
        IReadOnlyList<ThreadListing> threads = new ProcessInspector(program).Describe(image.ReadThreads(program.Map));
        ImageListing listing = Describe(image, threads);
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(listing, AgentJson.Default.ImageListing));
        else
            Print(listing);
    }

    private static ImageListing Describe(ImageFile image, IReadOnlyList<ThreadListing> threads)
    {
        ImageProgram program = image.Program;
        DateTimeOffset taken = DateTimeOffset.FromUnixTimeMilliseconds(program.TakenAtUnixMs);
        return new ImageListing(
            image.Path,
            program.Path,
            program.Arguments,
            Convert.ToHexStringLower(program.BuildId.Span),
            program.Isa.Name(),
            taken.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture),
            program.Pid,
            program.WorkingDirectory,
            image.FileBytes,
            image.MemoryBytes,
            [.. image.Descriptors.Select(Describe)],
            threads);
    }

    private static string Describe(ImageDescriptor descriptor) => descriptor.Kind == ImageDescriptorKind.Inherited
        ? $"{descriptor.Number}: taken from the restorer (was {descriptor.Path})"
        : $"{descriptor.Number}: {descriptor.Path}, offset {descriptor.Position}";

    private static void Print(ImageListing image)
    {
        TextWriter output = Console.Out;
        string size = $"{Timeline.Size(image.FileBytes)} ({Timeline.Size(image.MemoryBytes)} of memory)";
        output.WriteLine($"checkpoint  {image.Path}, {size}");
        output.WriteLine($"program     {image.Program}, build {image.BuildId}");
        output.WriteLine($"command     {string.Join(' ', image.Arguments)}");
        output.WriteLine(
            $"taken       {image.TakenAt} on {image.TakenOn}, pid {image.Pid}, in {image.WorkingDirectory}");
        foreach (string descriptor in image.Descriptors)
            output.WriteLine($"descriptor  {descriptor}");
        FramePrinter.Print(image.Threads, output);
    }
}

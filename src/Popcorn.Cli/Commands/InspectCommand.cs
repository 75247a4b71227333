using System.CommandLine;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Checkpoints;
using Popcorn.Wire.Agent;

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

    private static readonly Option<string?> KeyOption = new("--key")
    {
        Description = "What an encrypted image was encrypted with.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        Command command = new("inspect", "Show where a program is: frames, source lines, live values on each ISA.")
        {
            WhatArgument,
            JsonOption,
            KeyOption,
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
            InspectImage(what, parsed.GetValue(KeyOption), json);
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

    private static void InspectImage(string path, string? key, bool json)
    {
        using ImageFile image = RestoreCommand.OpenImage(path, key);
        ImageListing listing = ImageDescriber.Describe(image);
        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(listing, AgentJson.Default.ImageListing));
        else
            Print(listing);
    }

    private static void Print(ImageListing image)
    {
        TextWriter output = Console.Out;
        string traits = $"{(image.Compressed ? ", compressed" : "")}{(image.Encrypted ? ", encrypted" : "")}";
        output.WriteLine($"checkpoint  {image.Path}, {Timeline.Size(image.FileBytes)}{traits}, {image.Identity}");
        output.WriteLine($"memory      {Timeline.Size(image.MemoryBytes)} in it" +
            (image.Parent is null ? "" : $", {Timeline.Size(image.KeptBytes)} in its parent '{image.Parent}'"));
        output.WriteLine($"taken       {image.TakenAt} on {image.Machine} by user {image.User}");
        foreach (ImageProcessListing process in image.Processes)
        {
            string parent = process.ParentPid == 0 ? "" : $", child of {process.ParentPid}";
            output.WriteLine($"process     {process.Pid}{parent}, on {process.TakenOn}, in {process.WorkingDirectory}");
            output.WriteLine($"program     {process.Program}, build {process.BuildId}");
            output.WriteLine($"command     {string.Join(' ', process.Arguments)}");
            foreach ((int number, int description) in process.Descriptors)
                output.WriteLine($"descriptor  {number}: {image.Objects[description]}");
            FramePrinter.Print(process.Threads, output);
        }
        foreach (string segment in image.Segments)
            output.WriteLine($"segment     {segment}");
        foreach (ImageZombieListing zombie in image.Zombies)
            output.WriteLine($"ended       {zombie.Pid}, child of {zombie.ParentPid}, {zombie.End}, not waited for");
    }
}

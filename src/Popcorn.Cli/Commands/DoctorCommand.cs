using System.CommandLine;
using System.Text.Json;
using Popcorn.Core;
using Popcorn.Node.Machine;
using Popcorn.Wire.Agent;

namespace Popcorn.Cli.Commands;

/// <summary><c>popcorn doctor</c>: says what this machine can't do, before it matters.</summary>
internal static class DoctorCommand
{
    private static readonly Option<bool> JsonOption = new("--json") { Description = "Print an array of objects." };

    public static Command Create()
    {
        Command command = new("doctor", "Say what this machine can and cannot do.") { JsonOption };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        IReadOnlyList<MachineFinding> findings = MachineSurvey.Take();
        bool complete = findings.All(f => f.State == MachineSurvey.Works || !f.Needed);
        if (parsed.GetValue(JsonOption))
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(findings, AgentJson.Default.IReadOnlyListMachineFinding));
        }
        else
        {
            TextTable table = new("WHAT", "STATE", "DETAIL");
            foreach (MachineFinding finding in findings)
                table.Add(finding.Subject, finding.State, finding.Detail);
            table.Write(Console.Out);
            Console.Out.WriteLine(complete
                ? "Everything popcorn needs is here."
                : "Something that popcorn needs is missing; see the lines above.");
        }
        return (int)(complete ? ExitCode.Ok : ExitCode.UnsupportedMachine);
    }
}

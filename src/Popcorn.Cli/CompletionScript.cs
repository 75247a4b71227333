using System.CommandLine;
using System.Text;

namespace Popcorn.Cli;

/// <summary>
/// Writes completion scripts. They hold the words themselves, so completing starts no process, except for process ids,
/// which <c>popcorn ps</c> knows.
/// </summary>
internal sealed class CompletionScript(IReadOnlyList<Command> commands)
{
    private const string Isas = "x86_64 aarch64 riscv64";

    private static readonly string[] IsaOptionNames = ["--isa", "--to", "--ring"];
    private static readonly string[] PidCommands = ["migrate", "checkpoint", "inspect"];

    public string Bash()
    {
        StringBuilder text = new();
        text.Append(
            $$"""
            # bash completion for popcorn
            _popcorn_pids() { popcorn ps 2>/dev/null | awk 'NR > 1 { print $1 }'; }
            _popcorn() {
                local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
                COMPREPLY=()
                case $previous in
                    {{string.Join('|', IsaOptionNames)}}) COMPREPLY=($(compgen -W "{{Isas}}" -- "$word")); return ;;
                esac
                if [ "$COMP_CWORD" -eq 1 ]; then
                    COMPREPLY=($(compgen -W "{{Names()}}" -- "$word")); return
                fi
                case ${COMP_WORDS[1]} in

            """);
        foreach (Command command in commands)
        {
            string pids = PidCommands.Contains(command.Name) ? " $(_popcorn_pids)" : "";
            string words = OptionNames(command) + pids;
            text.Append($"        {command.Name}) COMPREPLY=($(compgen -W \"{words}\" -- \"$word\")) ;;\n");
        }
        text.Append(
            """
                esac
            }
            complete -o default -o bashdefault -F _popcorn popcorn

            """);
        return text.ToString();
    }

    public string Zsh()
    {
        // zsh runs bash's completion functions; one description of the words is enough.
        return "#compdef popcorn\nautoload -U +X bashcompinit && bashcompinit\n" + Bash();
    }

    public string Fish()
    {
        StringBuilder text = new("# fish completion for popcorn\n");
        foreach (Command command in commands)
        {
            text.Append(
                $"complete -c popcorn -n __fish_use_subcommand -f -a {command.Name} -d {Quote(command.Description)}\n");
            foreach (Option option in command.Options)
            {
                string values = IsaOptionNames.Contains(option.Name) ? $" -x -a {Quote(Isas)}" : "";
                text.Append(
                    $"complete -c popcorn -n '__fish_seen_subcommand_from {command.Name}' " +
                    $"-l {option.Name.TrimStart('-')}{values} -d {Quote(option.Description)}\n");
            }
            if (PidCommands.Contains(command.Name))
            {
                text.Append(
                    $"complete -c popcorn -n '__fish_seen_subcommand_from {command.Name}' " +
                    "-a '(popcorn ps 2>/dev/null | tail -n +2 | string replace -r \" .*\" \"\")'\n");
            }
        }
        return text.ToString();
    }

    private string Names() => string.Join(' ', commands.Select(c => c.Name));

    private static string OptionNames(Command command) => string.Join(' ', command.Options.Select(o => o.Name));

    private static string Quote(string? text) => "'" + (text ?? "").Replace("'", "\\'", StringComparison.Ordinal) + "'";
}

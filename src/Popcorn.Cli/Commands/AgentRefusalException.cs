using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>The supervisor was asked and said no; the program is untouched.</summary>
internal sealed class AgentRefusalException(string message) : PopcornException(message);

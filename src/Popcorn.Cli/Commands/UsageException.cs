using Popcorn.Core;

namespace Popcorn.Cli.Commands;

/// <summary>The command line makes no sense: which option, what was given, what is allowed.</summary>
internal sealed class UsageException(string message) : PopcornException(message);

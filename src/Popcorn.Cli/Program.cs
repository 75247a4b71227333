namespace Popcorn.Cli;

internal static class Program
{
    private static int Main() => 64;
}

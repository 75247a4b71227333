namespace Popcorn.Compiler;

/// <summary>Functions no portable module defines: the runtime's (contracts, section 4). All others are
/// leaves.</summary>
internal static class RuntimeFunctions
{
    internal const string Park = "__pop_park";
    internal const string Syscall = "__pop_syscall";
    internal const string SetjmpRearm = "__pop_setjmp_rearm";

    internal static bool MayPark(string symbol) => symbol is Park or Syscall or "syscall";
}

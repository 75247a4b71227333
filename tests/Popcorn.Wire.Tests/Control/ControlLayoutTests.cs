using System.Globalization;
using System.Text.RegularExpressions;
using Popcorn.Wire.Control;

namespace Popcorn.Wire.Tests.Control;

/// <summary>The C header's static assertions are compiled by every compiler that builds the runtime; here C# is
/// compared with them.</summary>
public class ControlLayoutTests
{
    private static readonly string Header = File.ReadAllText(FindHeader());

    [Theory]
    [InlineData("pop_unit", "request", ControlLayout.Request)]
    [InlineData("pop_unit", "events", ControlLayout.Events)]
    [InlineData("pop_unit", "generation", ControlLayout.UnitGeneration)]
    [InlineData("pop_process", "kernel_pid", ControlLayout.ProcessKernelPid)]
    [InlineData("pop_control", "threads", ControlLayout.Threads)]
    [InlineData("pop_unit", "release", ControlLayout.Release)]
    [InlineData("pop_control", "abi_version", ControlLayout.AbiVersionField)]
    [InlineData("pop_unit", "countdown", ControlLayout.Countdown)]
    [InlineData("pop_unit", "points", ControlLayout.Points)]
    [InlineData("pop_control", "pid", ControlLayout.Pid)]
    [InlineData("pop_control", "isa", ControlLayout.IsaField)]
    [InlineData("pop_control", "exiting", ControlLayout.Exiting)]
    [InlineData("pop_control", "state", ControlLayout.State)]
    [InlineData("pop_control", "arena_table", ControlLayout.ArenaTable)]
    [InlineData("pop_control", "running_since", ControlLayout.RunningSince)]
    [InlineData("pop_control", "track", ControlLayout.Track)]
    [InlineData("pop_control", "track_descriptor", ControlLayout.TrackDescriptor)]
    [InlineData("pop_slot", "state", ControlLayout.SlotState)]
    [InlineData("pop_slot", "tp", ControlLayout.SlotThreadPointer)]
    [InlineData("pop_slot", "sp", ControlLayout.SlotStackPointer)]
    [InlineData("pop_slot", "handler_depth", ControlLayout.SlotHandlerDepth)]
    [InlineData("pop_slot", "native_stack_low", ControlLayout.SlotNativeStackLow)]
    [InlineData("pop_slot", "native_stack_high", ControlLayout.SlotNativeStackHigh)]
    public void FieldOffset_IsTheHeaders(string type, string field, int offset)
    {
        Match match = Regex.Match(Header, $@"POP_AT\(struct {type}, {field}, (\d+)\)");

        Assert.True(match.Success, $"popcorn_abi.h does not assert {type}.{field}");
        Assert.Equal(match.Groups[1].Value, offset.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("POP_ABI_VERSION", ControlLayout.AbiVersion)]
    [InlineData("POP_CONTROL_BYTES", ControlLayout.RegionBytes)]
    [InlineData("POP_SLOTS_OFFSET", ControlLayout.SlotsOffset)]
    [InlineData("POP_SLOT_BYTES", ControlLayout.SlotBytes)]
    [InlineData("POP_SLOT_COUNT", ControlLayout.SlotCount)]
    [InlineData("POP_PAGE", ProgramAddresses.PageBytes)]
    [InlineData("POP_RECORDS_BASE", ProgramAddresses.RecordsStart)]
    [InlineData("POP_PRIVATE_BASE", ProgramAddresses.PrivateStart)]
    [InlineData("POP_PRIVATE_END", ProgramAddresses.PrivateEnd)]
    [InlineData("POP_ARENA_BASE", ProgramAddresses.ArenaStart)]
    [InlineData("POP_ARENA_END", ProgramAddresses.ArenaEnd)]
    public void Constant_IsTheHeaders(string name, ulong value)
    {
        Match match = Regex.Match(Header, $@"#define {name} (0x[0-9a-fA-F]+|\d+)");

        Assert.True(match.Success, $"popcorn_abi.h does not define {name}");
        string text = match.Groups[1].Value;
        ulong expected = text.StartsWith("0x", StringComparison.Ordinal)
            ? Convert.ToUInt64(text, 16)
            : ulong.Parse(text, CultureInfo.InvariantCulture);
        Assert.Equal(expected, value);
    }

    private static string FindHeader()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "runtime", "include", "popcorn_abi.h");
            if (File.Exists(path))
                return path;
        }
        throw new FileNotFoundException("no runtime/include/popcorn_abi.h above the tests");
    }
}

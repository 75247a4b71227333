using Popcorn.Wire.Control;

namespace Popcorn.Runtime.Tests;

/// <summary>The control region as C lays it out is the one the agent reads.</summary>
[Collection(SharedPrograms.Name)]
public sealed class ControlLayoutTests(RuntimePrograms programs)
{
    private static readonly (string Expression, long Value)[] Facts =
    [
        ("POP_ABI_VERSION", ControlLayout.AbiVersion),
        ("POP_CONTROL_BYTES", ControlLayout.RegionBytes),
        ("offsetof(struct pop_control, flag)", ControlLayout.Flag),
        ("offsetof(struct pop_control, request)", ControlLayout.Request),
        ("offsetof(struct pop_control, parked)", ControlLayout.Parked),
        ("offsetof(struct pop_control, threads)", ControlLayout.Threads),
        ("offsetof(struct pop_control, release)", ControlLayout.Release),
        ("offsetof(struct pop_control, abi_version)", ControlLayout.AbiVersionField),
        ("offsetof(struct pop_control, countdown)", ControlLayout.Countdown),
        ("offsetof(struct pop_control, points)", ControlLayout.Points),
        ("offsetof(struct pop_control, pid)", ControlLayout.Pid),
        ("offsetof(struct pop_control, isa)", ControlLayout.IsaField),
        ("offsetof(struct pop_control, exiting)", ControlLayout.Exiting),
        ("offsetof(struct pop_control, state)", ControlLayout.State),
        ("offsetof(struct pop_control, unmovable)", ControlLayout.Unmovable),
        ("offsetof(struct pop_control, arena_table)", ControlLayout.ArenaTable),
        ("POP_SLOTS_OFFSET", ControlLayout.SlotsOffset),
        ("sizeof(struct pop_slot)", ControlLayout.SlotBytes),
        ("POP_SLOT_COUNT", ControlLayout.SlotCount),
        ("offsetof(struct pop_slot, tid)", ControlLayout.SlotTid),
        ("offsetof(struct pop_slot, state)", ControlLayout.SlotState),
        ("offsetof(struct pop_slot, tp)", ControlLayout.SlotThreadPointer),
        ("offsetof(struct pop_slot, sp)", ControlLayout.SlotStackPointer),
        ("offsetof(struct pop_slot, handler_depth)", ControlLayout.SlotHandlerDepth),
        ("offsetof(struct pop_slot, native_stack_low)", ControlLayout.SlotNativeStackLow),
        ("offsetof(struct pop_slot, native_stack_high)", ControlLayout.SlotNativeStackHigh),
        ("sizeof(struct pop_arena_entry)", ArenaTable.EntryBytes),
        ("sizeof(struct pop_arena_table)", ArenaTable.HeaderBytes),
        ("POP_STATE_RUNNING", (long)RuntimeState.Running),
        ("POP_STATE_RESTORING", (long)RuntimeState.Restoring),
        ("POP_THREAD_FREE", (long)ThreadParkState.Free),
        ("POP_THREAD_PARKED_POINT", (long)ThreadParkState.ParkedAtPoint),
        ("POP_THREAD_PARKED_SYSCALL", (long)ThreadParkState.ParkedInSystemCall),
        ("POP_THREAD_BLOCKING", (long)ThreadParkState.Blocking),
    ];

    [Fact]
    public void HeaderAndLayout_Agree()
    {
        string source = Path.Combine(programs.Folder, "layout.c");
        string prints = string.Concat(Facts.Select(f => $"printf(\"{f.Expression}=%ld\\n\", (long)({f.Expression}));\n"));
        File.WriteAllText(source, $"#include <stdio.h>\n#include \"popcorn_abi.h\"\nint main(void) {{\n{prints}return 0; }}\n");
        string probe = Path.Combine(programs.Folder, "layout");
        Shell.MustRun("clang-19", programs.Include, source, "-o", probe);

        string output = Shell.Run(probe).Output;

        Assert.Equal(string.Concat(Facts.Select(f => $"{f.Expression}={f.Value}\n")), output);
    }
}

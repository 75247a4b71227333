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
        ("POP_UNIT_BYTES", ControlLayout.UnitBytes),
        ("POP_PROCESSES_OFFSET", ControlLayout.ProcessesOffset),
        ("POP_PROCESS_COUNT", ControlLayout.ProcessCount),
        ("sizeof(struct pop_process)", ControlLayout.ProcessBytes),
        ("offsetof(struct pop_unit, events)", ControlLayout.Events),
        ("offsetof(struct pop_unit, generation)", ControlLayout.UnitGeneration),
        ("offsetof(struct pop_unit, moved)", ControlLayout.Moved),
        ("offsetof(struct pop_unit, process_max)", ControlLayout.ProcessMax),
        ("offsetof(struct pop_unit, magic)", ControlLayout.Magic),
        ("offsetof(struct pop_unit, agent_pid)", ControlLayout.AgentPid),
        ("offsetof(struct pop_unit, root)", ControlLayout.Root),
        ("offsetof(struct pop_unit, processes_used)", ControlLayout.ProcessesUsed),
        ("offsetof(struct pop_process, pid)", ControlLayout.ProcessPid),
        ("offsetof(struct pop_process, group)", ControlLayout.ProcessGroup),
        ("offsetof(struct pop_process, session)", ControlLayout.ProcessSession),
        ("offsetof(struct pop_process, kernel_pid)", ControlLayout.ProcessKernelPid),
        ("offsetof(struct pop_process, kernel_group)", ControlLayout.ProcessKernelGroup),
        ("offsetof(struct pop_process, kernel_session)", ControlLayout.ProcessKernelSession),
        ("offsetof(struct pop_process, creator)", ControlLayout.ProcessCreator),
        ("offsetof(struct pop_process, starts)", ControlLayout.ProcessStarts),
        ("POP_PROCESS_FOREIGN", (long)UnitProcessState.Foreign),
        ("offsetof(struct pop_control, slots_used)", ControlLayout.SlotsUsed),
        ("offsetof(struct pop_control, generation)", ControlLayout.Generation),
        ("offsetof(struct pop_unit, flag)", ControlLayout.Flag),
        ("offsetof(struct pop_unit, request)", ControlLayout.Request),
        ("offsetof(struct pop_control, parked)", ControlLayout.Parked),
        ("offsetof(struct pop_control, threads)", ControlLayout.Threads),
        ("offsetof(struct pop_unit, release)", ControlLayout.Release),
        ("offsetof(struct pop_control, abi_version)", ControlLayout.AbiVersionField),
        ("offsetof(struct pop_unit, countdown)", ControlLayout.Countdown),
        ("offsetof(struct pop_unit, points)", ControlLayout.Points),
        ("offsetof(struct pop_control, pid)", ControlLayout.Pid),
        ("offsetof(struct pop_control, isa)", ControlLayout.IsaField),
        ("offsetof(struct pop_control, exiting)", ControlLayout.Exiting),
        ("offsetof(struct pop_control, state)", ControlLayout.State),
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

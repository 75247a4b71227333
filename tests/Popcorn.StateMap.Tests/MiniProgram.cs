using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.ObjectFiles.Elf;
using Popcorn.ObjectFiles.StackMaps;
using Popcorn.Samples;

namespace Popcorn.StateMap.Tests;

/// <summary>
/// The smallest executable the builder accepts: one function with two sites, written without any compiler, so that a
/// test can put exactly one flaw into one ISA's.
/// </summary>
internal sealed record MiniProgram(Isa Isa)
{
    public const ulong FunctionAddress = 0x401000;

    public Isa FileIsa { get; init; } = Isa;

    public string Name { get; init; } = "f";

    public ulong Address { get; init; } = FunctionAddress;

    public ulong ResumeAddress { get; init; } = 0x500000 + (0x1000 * (ulong)Isa);

    public ulong RecordedAddress { get; init; } = FunctionAddress;

    public IReadOnlyList<(SiteKind Kind, string Callee, IReadOnlyList<SampleValue> Values)> Sites { get; init; } =
    [
        (SiteKind.Call, "g", [Value(ValueKind.I32), Value(ValueKind.Pointer)]),
        (SiteKind.Point, "__pop_park", [Value(ValueKind.F64)]),
    ];

    /// <summary>Site number, offset of the return address, locations of the values.</summary>
    public IReadOnlyList<(ulong Site, uint Offset, StackMapLocation[] Values)> Records { get; init; } =
    [
        (0, 0x20, [Slot(Isa, 8), Register(Isa)]),
        (1, 0x40, [Slot(Isa, 16)]),
    ];

    public bool HasSites { get; init; } = true;

    public bool HasStackMaps { get; init; } = true;

    public bool HasUnwindEntry { get; init; } = true;

    public bool HasTwin { get; init; }

    public static SampleValue Value(ValueKind kind) => SampleValue.Computed(new LiveValueType(kind), "", 1);

    public static StackMapLocation Slot(Isa isa, int offset) => new(
        StackMapLocationKind.Indirect, 8, (ushort)IsaProfile.Of(isa).Registers.StackPointer, offset);

    public static StackMapLocation Register(Isa isa) => new(
        StackMapLocationKind.Register, 8, (ushort)IsaProfile.Of(isa).Registers.CalleeSaved[0], 0);

    public ElfFile Write()
    {
        ElfBuilder elf = new ElfBuilder(FileIsa).Function(Name, Address, 0x80);
        if (HasSites)
            elf.Section(".pop.sites", 0, WriteSites());
        if (HasStackMaps)
        {
            StackMapTableBuilder maps = new StackMapTableBuilder().Function(RecordedAddress);
            foreach ((ulong site, uint offset, StackMapLocation[] values) in Records)
                maps.Statepoint(site, offset, values);
            maps.Function(ResumeAddress);
            maps.Statepoint(1, 0x60, Slot(Isa, 24));
            elf.Section(StackMapSection.SectionName, 0, maps.Write());
        }
        FrameTableBuilder frames = new(16, -8, [0x0c, 7, 8]);
        if (HasUnwindEntry)
            frames.Function(Address, 0x80, []);
        frames.Function(ResumeAddress, 0x80, []);
        elf.Section(".eh_frame", 0x600000, frames.Finish());
        return ElfFile.Parse(elf.Write(), $"mini.{Isa.Name()}");
    }

    private byte[] WriteSites()
    {
        FieldWriter section = new();
        for (int copy = 0; copy < (HasTwin ? 2 : 1); copy++)
        {
            FieldWriter payload = SiteAssembly.Payload(Name, Sites);
            section.U64(Address);
            section.U64(ResumeAddress);
            section.U32((uint)payload.Length);
            section.U32((uint)Sites.Count);
            section.Bytes(payload.Written);
            section.AlignTo(8);
        }
        return section.Written.ToArray();
    }
}

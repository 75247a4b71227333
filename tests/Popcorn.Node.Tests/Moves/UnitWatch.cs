using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Wire.Control;

namespace Popcorn.Node.Tests.Moves;

/// <summary>How far a move of a program has got, seen in the memory that its supervisor and its processes
/// share.</summary>
internal sealed class UnitWatch : IDisposable
{
    private readonly SafeFileHandle _region;
    private readonly uint _generation;

    public UnitWatch(RunningProgram program)
    {
        DescriptorFacts region = ProcessFiles.Descriptors(program.SupervisorPid)
            .First(d => d.Target.StartsWith("/memfd:popcorn-control", StringComparison.Ordinal));
        _region = File.OpenHandle($"/proc/{program.SupervisorPid}/fd/{region.Number}");
        _generation = Read(ControlLayout.UnitGeneration);
    }

    /// <summary>The first process's target reads its script.</summary>
    public bool TargetHasStarted => Read(Part(1) + ControlLayout.State) == (uint)RuntimeState.Restoring;

    /// <summary>Threads have been asked to park, and the target is there.</summary>
    public bool IsParking => TargetHasStarted && (Read(ControlLayout.Request) & 1) != 0;

    /// <summary>Every thread of the first process is parked.</summary>
    public bool IsParked => IsParking
        && Read(Part(0) + ControlLayout.Parked) == Read(Part(0) + ControlLayout.Threads);

    /// <summary>Threads of the target stand: it has read all of its script.</summary>
    public bool IsRebuilt => IsParked && Read(Part(1) + ControlLayout.Threads) > 0;

    /// <summary>The targets are the program.</summary>
    public bool IsCommitted => Read(ControlLayout.UnitGeneration) != _generation;

    /// <summary>The first process's target. Before <see cref="TargetHasStarted"/> it may be one of an earlier
    /// move.</summary>
    public int TargetPid => (int)Read(
        ControlLayout.Process(0) + ControlLayout.ProcessKernelPid + (int)((_generation + 1) & 1) * sizeof(uint));

    public void Dispose() => _region.Dispose();

    private long Part(uint ahead) => ControlLayout.Part(0, _generation + ahead);

    private uint Read(long offset)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        return RandomAccess.Read(_region, word, offset) == word.Length
            ? BinaryPrimitives.ReadUInt32LittleEndian(word)
            : 0;
    }
}

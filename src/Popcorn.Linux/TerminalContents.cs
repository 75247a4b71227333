using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Popcorn.Linux;

/// <summary>
/// What waits in a pseudo terminal that nobody uses at the moment. It can only be taken out and put in, not looked at.
/// </summary>
/// <param name="Typed">What the slave's side has not read, a line that has no end yet among it. An end of file that was
/// typed (VEOF) and not read is a zero byte among the others.</param>
/// <param name="Printed">What the master's side has not read.</param>
public sealed record TerminalContents(byte[] Typed, byte[] Printed)
{
    // struct termios of the kernel, byte offsets (asm-generic/termbits.h).
    private const int InputModes = 0;
    private const int OutputModes = 4;
    private const int LocalModes = 12;
    private const int Characters = 17;

    private const uint Utf8 = 0x4000; // IUTF8
    private const uint Canonical = 2; // ICANON
    private const uint Echo = 8;
    private const uint Extended = 0x8000; // IEXTEN, without which there is no VEOL2.

    /// <summary>Fewer than the kernel's line discipline can echo at once (4096).</summary>
    private const int PieceBytes = 256;

    /// <summary>For what the kernel does in microseconds when it has a processor.</summary>
    private static readonly TimeSpan s_echoMax = TimeSpan.FromSeconds(5);

    /// <param name="slave">Opened with O_NONBLOCK.</param>
    public static TerminalContents Take(SafeFileHandle master, SafeFileHandle slave)
    {
        byte[] modes = TerminalFile.Modes(slave) ?? [];
        bool packets = TerminalFile.HasPackets(master);
        TerminalFile.SetPackets(master, on: false);
        try
        {
            // By the line, only whole ones can be read.
            Apply(slave, With(modes, LocalModes, Number(modes, LocalModes) & ~Canonical));
            byte[] typed = ReadAll(slave);
            return new TerminalContents(typed, ReadReady(master));
        }
        finally
        {
            Apply(slave, modes);
            TerminalFile.SetPackets(master, packets);
        }
    }

    /// <summary>Into a terminal in which nothing waits.</summary>
    /// <param name="slave">Opened with O_NONBLOCK.</param>
    public void Put(SafeFileHandle master, SafeFileHandle slave)
    {
        byte[] modes = TerminalFile.Modes(slave) ?? [];
        bool packets = TerminalFile.HasPackets(master);
        TerminalFile.SetPackets(master, on: false);
        try
        {
            Apply(slave, Verbatim(modes));
            Type(master);
            for (int at = 0; at < Printed.Length; at += PieceBytes)
                KernelFile.Write(slave, Printed.AsSpan(at, Math.Min(PieceBytes, Printed.Length - at)));
        }
        finally
        {
            Apply(slave, modes);
            TerminalFile.SetPackets(master, packets);
        }
    }

    /// <summary>Each byte comes back as an echo once the line discipline has it, so that it is not taken for one of the
    /// program's modes.</summary>
    private void Type(SafeFileHandle master)
    {
        for (int at = 0; at < Typed.Length; at += PieceBytes)
        {
            ReadOnlySpan<byte> piece = Typed.AsSpan(at, Math.Min(PieceBytes, Typed.Length - at));
            KernelFile.Write(master, piece);
            long start = Stopwatch.GetTimestamp();
            for (int echoed = 0; echoed < piece.Length;)
            {
                TimeSpan left = s_echoMax - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                    throw new IOException($"a terminal does not take {Typed.Length} bytes of input");
                if (Waiting.IsReadable(master.Number(), (int)left.TotalMilliseconds + 1))
                    echoed += KernelFile.Read(master, new byte[piece.Length - echoed]);
            }
        }
    }

    /// <summary>Lines stay lines, and everything else is what it is.</summary>
    private static byte[] Verbatim(byte[] modes)
    {
        const int EndOfLine = 11; // VEOL
        const int OtherEndOfLine = 16; // VEOL2
        byte[] verbatim = [.. modes];
        Put(verbatim, InputModes, Number(modes, InputModes) & Utf8);
        Put(verbatim, OutputModes, 0);
        Put(verbatim, LocalModes, (Number(modes, LocalModes) & Canonical) | Echo | Extended);
        foreach (int character in Enumerable.Range(0, modes.Length - Characters))
        {
            if (character is not (EndOfLine or OtherEndOfLine))
                verbatim[Characters + character] = 0; // _POSIX_VDISABLE
        }
        return verbatim;
    }

    private static byte[] ReadAll(SafeFileHandle slave)
    {
        byte[] buffer = new byte[4096];
        List<byte> all = [];
        for (int count = KernelFile.Read(slave, buffer); count > 0; count = KernelFile.Read(slave, buffer))
            all.AddRange(buffer.AsSpan(0, count));
        return [.. all];
    }

    /// <summary>The master may be one that waits for what it has not got.</summary>
    private static byte[] ReadReady(SafeFileHandle master)
    {
        byte[] buffer = new byte[4096];
        List<byte> all = [];
        while (Waiting.IsReadable(master.Number(), timeoutMs: 0))
        {
            int count = KernelFile.Read(master, buffer);
            if (count == 0)
                break;
            all.AddRange(buffer.AsSpan(0, count));
        }
        return [.. all];
    }

    private static void Apply(SafeFileHandle slave, byte[] modes) =>
        _ = TerminalFile.TryApply(slave, modes, windowSize: []);

    private static byte[] With(byte[] modes, int offset, uint value)
    {
        byte[] changed = [.. modes];
        Put(changed, offset, value);
        return changed;
    }

    private static uint Number(byte[] modes, int offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(modes.AsSpan(offset));

    private static void Put(byte[] modes, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(modes.AsSpan(offset), value);
}

using System.Buffers.Binary;
using System.Diagnostics;

namespace Popcorn.Node.Tests;

/// <summary>
/// Feeds a compressor as long as it is told to, lets the machine's own xz decompress what comes out, and compares that
/// with what went in.
/// </summary>
internal sealed class CompressionWorkload : IDisposable
{
    private const int BlockBytes = 64 * 1024;
    private static readonly TimeSpan s_endLimit = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Process _decompressor;
    private readonly Task<long> _feeding;
    private readonly Task _passing;
    private readonly Task<long> _comparing;

    private CompressionWorkload(Stream input, Stream output)
    {
        _decompressor = Process.Start(new ProcessStartInfo("xz", ["--decompress", "--stdout"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        _feeding = Task.Run(() => Feed(input));
        _passing = Task.Run(() => Pass(output));
        _comparing = Task.Run(Compare);
    }

    public static CompressionWorkload Start(Stream input, Stream output) => new(input, output);

    /// <summary>Ends the input and returns how many blocks came out again; a wrong one is an exception here.</summary>
    public long Stop()
    {
        _stop.Cancel();
        long fed = _feeding.WaitAsync(s_endLimit).GetAwaiter().GetResult();
        _passing.WaitAsync(s_endLimit).GetAwaiter().GetResult();
        long compared = _comparing.WaitAsync(s_endLimit).GetAwaiter().GetResult();
        return fed == compared
            ? compared
            : throw new InvalidDataException($"{fed} blocks went in, {compared} came out");
    }

    public void Dispose()
    {
        _stop.Cancel();
        if (!_decompressor.HasExited)
            _decompressor.Kill();
        _decompressor.Dispose();
        _stop.Dispose();
    }

    /// <summary>Contents that can be compressed, but not to nothing.</summary>
    private static void Fill(long number, Span<byte> block)
    {
        ulong state = (ulong)number * 0x9e37_79b9_7f4a_7c15 + 1;
        for (int at = 0; at < block.Length; at += sizeof(ulong))
        {
            state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407;
            BinaryPrimitives.WriteUInt64LittleEndian(block[at..], (state >> 40) & 0x0f0f_0f0f_0f0f_0f0f);
        }
    }

    private long Feed(Stream input)
    {
        byte[] block = new byte[BlockBytes];
        long count = 0;
        for (; !_stop.IsCancellationRequested; count++)
        {
            Fill(count, block);
            input.Write(block);
        }
        input.Close();
        return count;
    }

    private void Pass(Stream output)
    {
        output.CopyTo(_decompressor.StandardInput.BaseStream);
        _decompressor.StandardInput.Close();
    }

    private long Compare()
    {
        byte[] expected = new byte[BlockBytes];
        byte[] actual = new byte[BlockBytes];
        Stream decompressed = _decompressor.StandardOutput.BaseStream;
        for (long count = 0; ; count++)
        {
            int read = decompressed.ReadAtLeast(actual, BlockBytes, throwOnEndOfStream: false);
            if (read == 0)
                return count;
            Fill(count, expected);
            if (!actual.AsSpan(0, read).SequenceEqual(expected))
                throw new InvalidDataException($"block {count} came out as another one");
        }
    }
}

using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Popcorn.Node.Tests;

/// <summary>A client of a web server with one connection, kept from beginning to end, that knows every file.</summary>
internal sealed class HttpWorkload : IDisposable
{
    private const int SmallFiles = 20;
    private const int SmallBytes = 3_000;
    private const int LargeBytes = 3_000_000;
    private static readonly TimeSpan s_answerLimit = TimeSpan.FromSeconds(60);

    private readonly TcpClient _connection;
    private readonly BufferedStream _stream;
    private readonly CancellationTokenSource _stop = new();
    private Task<long> _work = Task.FromResult(0L);

    private HttpWorkload(int port)
    {
        _connection = new TcpClient("127.0.0.1", port) { ReceiveTimeout = (int)s_answerLimit.TotalMilliseconds };
        _stream = new BufferedStream(_connection.GetStream());
    }

    /// <summary>The files that a server is to serve.</summary>
    public static void WriteFiles(string folder)
    {
        for (int i = 0; i < SmallFiles; i++)
            File.WriteAllText(Path.Combine(folder, $"small-{i}"), Contents(i, SmallBytes));
        File.WriteAllText(Path.Combine(folder, "large"), Contents(0, LargeBytes));
    }

    public static HttpWorkload Start(int port)
    {
        HttpWorkload workload = new(port);
        workload._work = Task.Run(workload.Work);
        return workload;
    }

    /// <summary>Ends the work and returns how many answers came; a wrong one is an exception here.</summary>
    public long Stop()
    {
        _stop.Cancel();
        return _work.WaitAsync(s_answerLimit).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _connection.Dispose();
        _stop.Dispose();
    }

    private static string Contents(int number, int bytes) => string.Concat(Enumerable.Range(0, bytes / 10)
        .Select(i => (i * 37 + number).ToString("d9", CultureInfo.InvariantCulture) + "\n"));

    private long Work()
    {
        long answers = 0;
        string large = Contents(0, LargeBytes);
        string[] small = [.. Enumerable.Range(0, SmallFiles).Select(i => Contents(i, SmallBytes))];
        while (!_stop.IsCancellationRequested)
        {
            // A pipeline of requests, sent at once.
            for (int i = 0; i < SmallFiles; i++)
                Request($"/small-{i}");
            // More than a socket's buffer holds, so that the server is moved in the middle of it.
            Request("/large");
            Request("/missing");
            _stream.Flush();
            for (int i = 0; i < SmallFiles; i++)
                Expect("200", small[i]);
            Expect("200", large);
            Expect("404", null);
            answers += SmallFiles + 2;
        }
        return answers;
    }

    private void Request(string path) =>
        _stream.Write(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));

    private void Expect(string status, string? body)
    {
        string first = ReadLine();
        if (!first.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal))
            throw new InvalidDataException($"the server answered '{first}', not {status}");
        int bytes = 0;
        for (string line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            if (line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))
                bytes = int.Parse(line.AsSpan(16), NumberFormatInfo.InvariantInfo);
        }
        byte[] read = new byte[bytes];
        _stream.ReadExactly(read);
        if (body is not null && Encoding.ASCII.GetString(read) != body)
            throw new InvalidDataException($"the server sent {bytes} bytes that are not the file's {body.Length}");
    }

    private string ReadLine()
    {
        StringBuilder line = new();
        while (true)
        {
            int value = _stream.ReadByte();
            if (value < 0)
                throw new EndOfStreamException("the server closed the connection");
            if (value == '\n')
                return line.ToString(0, line.Length - 1);
            line.Append((char)value);
        }
    }
}

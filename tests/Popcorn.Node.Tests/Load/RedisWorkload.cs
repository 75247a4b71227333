using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Popcorn.Node.Tests;

/// <summary>
/// A client of Redis with one connection, kept from beginning to end, that knows the answer to each of its commands.
/// </summary>
internal sealed class RedisWorkload : IDisposable
{
    private const int Keys = 100;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    private readonly TcpClient _connection;
    private readonly BufferedStream _stream;
    private readonly string _name;
    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _values = new long[Keys];
    private Task<long> _work = Task.FromResult(0L);

    private RedisWorkload(int port, string name)
    {
        _name = name;
        _connection = new TcpClient("127.0.0.1", port)
        {
            NoDelay = true,
            ReceiveTimeout = (int)AnswerLimit.TotalMilliseconds,
        };
        _stream = new BufferedStream(_connection.GetStream());
    }

    public static RedisWorkload Start(int port, string name)
    {
        RedisWorkload workload = new(port, name);
        workload._work = Task.Run(workload.Work);
        return workload;
    }

    /// <summary>Ends the work and returns how many answers came; a wrong one is an exception here.</summary>
    public long Stop()
    {
        _stop.Cancel();
        return _work.WaitAsync(AnswerLimit).GetAwaiter().GetResult();
    }

    public static void Shutdown(int port)
    {
        using RedisWorkload client = new(port, "last");
        client.Send("SHUTDOWN", "NOSAVE");
        client._stream.Flush();
        // It closes the connection, having nothing to say.
        Assert.Equal(-1, client._stream.ReadByte());
    }

    public void Dispose()
    {
        _stop.Cancel();
        _connection.Dispose();
        _stop.Dispose();
    }

    private long Work()
    {
        long answers = 0;
        for (long round = 1; !_stop.IsCancellationRequested; round++)
        {
            answers += Round(round);
            if (round % 50 == 0)
                answers += LargeValue(round);
        }
        return answers;
    }

    /// <summary>A pipeline of commands, sent at once.</summary>
    private int Round(long round)
    {
        int key = (int)(round % Keys);
        int other = (int)(round * 7 % Keys);
        string number = round.ToString(CultureInfo.InvariantCulture);
        Send("INCR", Name("count"));
        Send("SET", Name($"key{key}"), number);
        Send("RPUSH", Name("queue"), number);
        Send("LPOP", Name("queue"));
        Send("GET", Name($"key{other}"));
        Send("HINCRBY", Name("hash"), "field", number);
        _stream.Flush();
        _values[key] = round;
        Expect($":{number}");
        Expect("+OK");
        Expect(":1");
        Expect("$" + number);
        Expect(_values[other] == 0 ? "$-1" : "$" + _values[other].ToString(CultureInfo.InvariantCulture));
        Expect($":{(round * (round + 1) / 2).ToString(CultureInfo.InvariantCulture)}");
        return 6;
    }

    /// <summary>More than a socket's buffer holds, so that the server is moved in the middle of it.</summary>
    private int LargeValue(long round)
    {
        string large = new((char)('a' + (round / 50 % 26)), 3_000_000);
        Send("SET", Name("large"), large);
        Send("GET", Name("large"));
        _stream.Flush();
        Expect("+OK");
        Expect("$" + large);
        return 2;
    }

    private string Name(string key) => $"{_name}:{key}";

    private void Send(params string[] words)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (string word in words)
            text.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        _stream.Write(Encoding.ASCII.GetBytes(text.ToString()));
    }

    private void Expect(string answer)
    {
        string actual = ReadLine();
        if (actual.Length > 1 && actual[0] == '$' && actual[1] != '-')
        {
            byte[] bytes = new byte[int.Parse(actual.AsSpan(1), NumberFormatInfo.InvariantInfo) + 2];
            _stream.ReadExactly(bytes);
            actual = "$" + Encoding.ASCII.GetString(bytes, 0, bytes.Length - 2);
        }
        if (answer != actual)
            throw new InvalidDataException($"{_name}: Redis answered '{Short(actual)}', not '{Short(answer)}'");
    }

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}… ({text.Length})";

    private string ReadLine()
    {
        StringBuilder line = new();
        while (true)
        {
            int value = _stream.ReadByte();
            if (value < 0)
                throw new EndOfStreamException($"{_name}: the connection was closed");
            if (value == '\n')
                return line.ToString(0, line.Length - 1);
            line.Append((char)value);
        }
    }
}

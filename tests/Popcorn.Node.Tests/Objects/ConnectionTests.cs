using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Popcorn.Core;
using Popcorn.Linux;
using Popcorn.Node.Checkpoints;
using Popcorn.Node.Objects;
using Popcorn.Node.Tests.Moves;

namespace Popcorn.Node.Tests.Objects;

/// <summary>
/// Established TCP connections through checkpoints (tests/cases/node/connections.c). The other side is the test, which
/// never notices more than a pause. They need CAP_NET_ADMIN, which the refusals do without.
/// </summary>
public class ConnectionTests
{
    public static TheoryData<Isa, Isa> Pairs() => MoveTests.Pairs();

    /// <summary>Numbers in both directions, and the other side goes on sending while there is only the file.</summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void Stream_LosesAndRepeatsNothing_OnEveryPair(Isa source, Isa target)
    {
        string image = Path.Combine(Repository.Scratch($"stream-{source}-{target}"), "image");
        using Socket listener = NumberPeer.Listen("4");
        using RunningProgram program = Start("stream", "4", listener, source);
        using NumberPeer peer = Talk(listener, program);

        Save(program, image);
        int before = peer.Sent;
        Assert.True(SpinWait.SpinUntil(() => peer.Sent >= before + 500, TimeSpan.FromSeconds(30)));

        using RunningProgram restored = new(["restore", image, "--isa", target.Name()]);
        peer.AwaitReceived(1000);
        int received = peer.Finish();
        Assert.Equal((0, $"{received} {peer.Sent}\nPASS\n", ""), restored.Finish());
        Assert.False(IsHeld(image));
    }

    [Theory]
    [InlineData("4")]
    [InlineData("6")]
    [InlineData("46")]
    public void Queues_KeepWhatIsInThem(string family)
    {
        string image = Path.Combine(Repository.Scratch("queues-" + family), "image");
        using Socket listener = NumberPeer.Listen(family);
        using RunningProgram program = Start("queues", family, listener, Isa.X86_64);
        using Socket socket = Accept(listener);
        socket.Send(Numbers(0, 25_000));
        Assert.Equal("ready", program.ReadLine());

        Save(program, image);
        socket.SendBufferSize = 1 << 20;
        socket.Send(Numbers(25_000, 25_000));

        (int code, string listing, _) = program.Popcorn("inspect", image);
        Assert.Equal(0, code);
        Assert.Contains("100000 bytes to read", listing);
        using RunningProgram restored = new(["restore", image]);
        restored.Send("go on");
        using NumberPeer peer = new(socket);
        Assert.True(SpinWait.SpinUntil(() => peer.Received > 50_000, TimeSpan.FromSeconds(60)));
        socket.Send(Numbers(50_000, 10_000));
        int received = peer.Finish();
        Assert.Equal((0, $"{received}\nPASS\n", ""), restored.Finish());
    }

    [Theory]
    [InlineData("4")]
    [InlineData("6")]
    public void HalfClosedConnections_StaySo(string family)
    {
        string image = Path.Combine(Repository.Scratch("half-" + family), "image");
        using Socket listener = NumberPeer.Listen(family);
        using RunningProgram program = Start("half", family, listener, Isa.X86_64);
        Dictionary<char, Socket> peers = [];
        for (int i = 0; i < 3; i++)
        {
            Socket socket = Accept(listener);
            peers.Add(Text(socket)[0], socket);
        }
        peers['1'].Send("last words"u8);
        peers['1'].Shutdown(SocketShutdown.Send);
        peers['3'].Send("bye"u8);
        peers['3'].Shutdown(SocketShutdown.Send);
        Assert.Equal("ready", program.ReadLine());

        Save(program, image);

        using RunningProgram restored = new(["restore", image, "--isa", Isa.AArch64.Name()]);
        restored.Send("go on");
        Assert.Equal("still here", Text(peers['1']));
        peers['2'].Send("go on"u8);
        peers['2'].Shutdown(SocketShutdown.Send);
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
        foreach (Socket socket in peers.Values)
        {
            Assert.Equal("", Text(socket));
            socket.Dispose();
        }
    }

    /// <summary>A program that talks to itself needs nobody to wait, so it can be restored again and again.</summary>
    [Theory]
    [InlineData("4", true)]
    [InlineData("6", true)]
    [InlineData("46", false)]
    public void BothEndsInOneUnit_AreRestoredTogether(string family, bool stop)
    {
        string image = Path.Combine(Repository.Scratch("inside-" + family), "image");
        using RunningProgram program = new(["run", "--", Repository.Connections, "inside", family, "0"]);
        Assert.Equal("ready", program.ReadLine());
        Save(program, image, stop);
        if (!stop)
        {
            using RunningProgram tooEarly = new(["restore", image]);
            (int code, _, string errors) = tooEarly.Finish();
            Assert.Equal(1, code);
            Assert.Contains("is taken", errors);
            program.Send("go on");
            Assert.Equal((0, "PASS\n", ""), program.Finish());
        }
        foreach (Isa isa in (Isa[])[Isa.X86_64, Isa.RiscV64])
        {
            using RunningProgram restored = new(["restore", image, "--isa", isa.Name()]);
            restored.Send("go on");
            Assert.Equal((0, "PASS\n", ""), restored.Finish());
        }
        Assert.False(IsHeld(image));
    }

    /// <summary>What fails leaves the other side waiting for the next attempt.</summary>
    [Theory]
    [InlineData("dies-at-once", FakeEmulator.DiesAtOnce)]
    [InlineData("dies-on-go", FakeEmulator.DiesOnGo)]
    public void FailedRestore_CanBeTriedAgain_AndASecondOneIsRefused(string name, string emulator)
    {
        string image = Path.Combine(Repository.Scratch("again-" + name), "image");
        string fake = FakeEmulator.Install("connection-" + name, emulator);
        using Socket listener = NumberPeer.Listen("4");
        using RunningProgram program = Start("stream", "4", listener, Isa.X86_64);
        using NumberPeer peer = Talk(listener, program);
        Save(program, image);

        using RunningProgram failed = new(["restore", image, "--isa", "aarch64"], pathFirst: fake);
        Assert.Equal(1, failed.Finish().ExitCode);
        Assert.True(IsHeld(image));

        using RunningProgram restored = new(["restore", image]);
        peer.AwaitReceived(1000);
        using RunningProgram second = new(["restore", image]);
        (int code, _, string errors) = second.Finish();
        Assert.Equal(1, code);
        Assert.Contains("it is not kept waiting any more: the image has been restored before", errors);
        peer.AwaitReceived(1000);
        int received = peer.Finish();
        Assert.Equal((0, $"{received} {peer.Sent}\nPASS\n", ""), restored.Finish());
    }

    /// <summary>Only the test has to be kept waiting, whatever has been tried meanwhile.</summary>
    [Fact]
    public void ConnectionsInsideAndOutside_SurviveAFailedRestore()
    {
        string image = Path.Combine(Repository.Scratch("inside-outside"), "image");
        string fake = FakeEmulator.Install("connection-inside", FakeEmulator.DiesOnGo);
        using Socket listener = NumberPeer.Listen("6");
        using RunningProgram program = Start("inside", "6", listener, Isa.X86_64);
        using Socket socket = Accept(listener);
        Assert.Equal("ready", program.ReadLine());
        Save(program, image);
        ConnectionEnds outside = new((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        Assert.Equal(Names([outside, outside.Reversed]), Names(Held(image)));

        using RunningProgram failed = new(["restore", image, "--isa", "aarch64"], pathFirst: fake);
        Assert.Equal(1, failed.Finish().ExitCode);
        Assert.Equal(Names([outside, outside.Reversed]), Names(Held(image)));

        using RunningProgram restored = new(["restore", image]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
        Assert.Equal("outside", Text(socket));
        Assert.False(IsHeld(image));
    }

    /// <summary>What they have to send does not fit on the disk.</summary>
    [Fact]
    public void FailedCheckpoint_LetsConnectionsGoOn()
    {
        string image = Path.Combine(Repository.Scratch("not-saved"), "image");
        using Socket listener = NumberPeer.Listen("4");
        using RunningProgram program = new(
            ["run", "--", Repository.Connections, "queues", "4", Port(listener)], fileBlocksMax: 2000);
        using Socket socket = Accept(listener);
        socket.Send(Numbers(0, 25_000));
        Assert.Equal("ready", program.ReadLine());

        (int code, _, string errors) = program.Popcorn(
            "checkpoint", $"{program.Status.Pid}", "-o", image, "--stop", "--compress", "none");

        Assert.Equal(1, code);
        Assert.Contains("was not saved and goes on", errors);
        Assert.DoesNotContain(
            ImageFilter.ReadAll().Values.SelectMany(h => h.Keys), e => e.Peer.Equals(listener.LocalEndPoint));
        program.Send("go on");
        using NumberPeer peer = new(socket);
        socket.Send(Numbers(25_000, 35_000));
        int received = peer.Finish();
        Assert.Equal((0, $"{received}\nPASS\n", ""), program.Finish());
    }

    /// <summary>The kernel lets them through again at once, and the program notices that it is alone.</summary>
    [Fact]
    public async Task SupervisorThatIsKilledInACheckpoint_LeavesConnectionsThatGoOn()
    {
        string image = Path.Combine(Repository.Scratch("killed"), "image");
        using Socket listener = NumberPeer.Listen("4");
        using RunningProgram program = Start("heavy", "4", listener, Isa.X86_64);
        using NumberPeer peer = Talk(listener, program);
        string pid = $"{program.Status.Pid}";
        bool IsCutOff() => ImageFilter.ReadAll().Values.SelectMany(h => h.Keys)
            .Any(e => e.Peer.Equals(listener.LocalEndPoint));
        using Process supervisor = Process.GetProcessById(program.SupervisorPid);

        Task<(int, string, string)> checkpoint =
            Task.Run(() => program.Popcorn("checkpoint", pid, "-o", image, "--stop"));
        Assert.True(SpinWait.SpinUntil(IsCutOff, TimeSpan.FromSeconds(30)));
        supervisor.Kill();

        (int code, _, _) = await checkpoint;
        Assert.Equal(1, code);
        // The client may see its end before the kernel is through with it.
        Assert.True(SpinWait.SpinUntil(() => !IsCutOff(), TimeSpan.FromSeconds(30)));
        Assert.False(File.Exists(image));
        peer.AwaitReceived(1000);
        int received = peer.Finish();
        Assert.Equal($"{received} {peer.Sent}\nPASS\n", program.Wait().Output);
    }

    [Fact]
    public void WithoutStop_ConnectionsGoOnWithTheProgram_AndTheImageHasThemAsReset()
    {
        string image = Path.Combine(Repository.Scratch("went-on"), "image");
        using Socket listener = NumberPeer.Listen("4");
        using RunningProgram program = Start("reset", "4", listener, Isa.X86_64);
        using Socket socket = Accept(listener);
        Assert.Equal("ready", program.ReadLine());

        Save(program, image, stop: false);

        using RunningProgram refused = new(["restore", image]);
        (int code, _, string errors) = refused.Finish();
        Assert.Equal(1, code);
        Assert.Contains($"to {listener.LocalEndPoint}: the program went on with it", errors);
        Assert.Contains("--force", errors);
        using RunningProgram restored = new(["restore", image, "--force"]);
        restored.Send("go on");
        Assert.Equal((0, "PASS\n", ""), restored.Finish());
        Assert.Equal(0, socket.Available);
        Assert.True(socket.Poll(0, SelectMode.SelectWrite));
    }

    /// <summary>Until then the machine says what it is doing.</summary>
    [Fact]
    public void GivenUpRestore_LetsGoOfTheOtherSide()
    {
        string image = Path.Combine(Repository.Scratch("given-up"), "image");
        using Socket listener = NumberPeer.Listen("6");
        using RunningProgram program = Start("reset", "6", listener, Isa.X86_64);
        using Socket socket = Accept(listener);
        Assert.Equal("ready", program.ReadLine());
        Save(program, image);

        (_, string doctor, _) = program.Popcorn("doctor");
        Assert.Contains($"{socket.RemoteEndPoint}", doctor);
        (int code, string output, _) = program.Popcorn("restore", image, "--give-up");
        Assert.Equal(0, code);
        Assert.Contains("1 TCP connection let go", output);
        Assert.False(IsHeld(image));
        socket.Send("anybody there?"u8);
        Assert.Equal(
            SocketError.ConnectionReset, Assert.Throws<SocketException>(() => Text(socket)).SocketErrorCode);
    }

    [Fact]
    public void WithoutPrivileges_AConnectionIsRefused_AndGoesOn()
    {
        string image = Path.Combine(Repository.Scratch("unprivileged"), "image");
        using Socket listener = NumberPeer.Listen("4");
        string[] below = ["setpriv", "--bounding-set=-net_admin"];
        using RunningProgram program = new(
            ["run", "--", Repository.Connections, "stream", "4", Port(listener)], below: below);
        using NumberPeer peer = new(Accept(listener));
        Assert.Equal("ready", program.ReadLine());
        string pid = $"{program.Status.Pid}";

        (int dryCode, string dry, _) = program.Popcorn("checkpoint", pid, "--dry-run", "--stop");
        (int code, _, string errors) = program.Popcorn("checkpoint", pid, "-o", image, "--stop");

        Assert.Equal((1, 1), (dryCode, code));
        Assert.Contains($"to {listener.LocalEndPoint}), and the other side must be kept waiting", dry);
        Assert.Contains("CAP_NET_ADMIN", errors);
        peer.AwaitReceived(500);
        int received = peer.Finish();
        Assert.Equal((0, $"{received} 0\nPASS\n", ""), program.Finish());
    }

    /// <summary>Most of the time somebody waits to be accepted, which refuses a checkpoint.</summary>
    [Fact]
    public async Task ServerThatIsSlowToAccept_IsSavedInBetween()
    {
        string folder = Repository.Scratch("late");
        using RunningProgram program = new(["run", "--", Repository.Connections, "late", "4", "0"]);
        IPEndPoint server = new(IPAddress.Loopback, int.Parse(program.ReadLine()!, CultureInfo.InvariantCulture));
        using CancellationTokenSource stop = new();
        Task<int> clients = Task.Run(() => ConnectAgainAndAgain(server, stop.Token));

        for (int i = 0; i < 4; i++)
            Save(program, Path.Combine(folder, $"{i}"), stop: false);

        await stop.CancelAsync();
        Assert.True(await clients > 4);
        Assert.Equal((0, "PASS\n", ""), program.Finish());
    }

    /// <summary>Returns how many connections were accepted.</summary>
    private static int ConnectAgainAndAgain(IPEndPoint server, CancellationToken until)
    {
        int accepted = 0;
        while (!until.WaitHandle.WaitOne(millisecondsTimeout: 10))
        {
            using Socket client = new(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
            client.Connect(server);
            accepted += client.Receive(new byte[1]) == 0 ? 1 : 0;
        }
        return accepted;
    }

    private static RunningProgram Start(string kind, string family, Socket listener, Isa isa) =>
        new(["run", "--isa", isa.Name(), "--", Repository.Connections, kind, family, Port(listener)]);

    private static Socket Accept(Socket listener)
    {
        Assert.True(listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead));
        Socket socket = listener.Accept();
        socket.ReceiveTimeout = socket.SendTimeout = 30_000;
        return socket;
    }

    /// <summary>Both sides are in the middle of it.</summary>
    private static NumberPeer Talk(Socket listener, RunningProgram program)
    {
        NumberPeer peer = new(Accept(listener));
        Assert.Equal("ready", program.ReadLine());
        peer.KeepSending();
        peer.AwaitReceived(200);
        return peer;
    }

    private static string Port(Socket listener) => $"{((IPEndPoint)listener.LocalEndPoint!).Port}";

    private static void Save(RunningProgram program, string image, bool stop = true)
    {
        string[] options = stop ? ["--stop"] : [];
        (int code, _, string errors) =
            program.Popcorn(["checkpoint", $"{program.Status.Pid}", "-o", image, .. options]);
        Assert.True(code == 0, errors);
        if (stop)
            Assert.Equal(0, program.Wait().ExitCode);
    }

    /// <summary>Somebody is kept waiting for it.</summary>
    private static bool IsHeld(string path) => Held(path).Count > 0;

    private static IReadOnlyCollection<ConnectionEnds> Held(string path)
    {
        using ImageFile image = ImageFile.Open(path);
        return ImageFilter.ReadAll().TryGetValue(
            ImageFilter.Of(image.Identity).Name, out IReadOnlyDictionary<ConnectionEnds, TimeSpan>? held)
            ? [.. held.Keys] : [];
    }

    private static string[] Names(IReadOnlyCollection<ConnectionEnds> connections) =>
        [.. connections.Select(c => $"{c}").Order()];

    private static byte[] Numbers(int from, int count) =>
        [.. Enumerable.Range(from, count).SelectMany(BitConverter.GetBytes)];

    private static string Text(Socket socket)
    {
        byte[] buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, socket.Receive(buffer));
    }
}

using System.Net;
using System.Net.Sockets;
using Popcorn.Linux;

namespace Popcorn.Node.Tests.Checkpoints;

/// <summary>Images whose world has changed since: named and refused before anything starts, unless the user says
/// otherwise.</summary>
public class BadInputTests
{
    [Fact]
    public void ChangedFile_IsNamedAndRefused_UnlessForced()
    {
        (string image, string data) = SaveHolder("changed-file", "old contents");
        File.WriteAllText(data, "new contents");

        Refuse(image, $"'{data}' (descriptor", "has other contents than it had");
        Assert.Equal((0, "read: new contents\nPASS\n", ""), Restore(image, "--force"));
    }

    [Fact]
    public void ShorterFile_IsNamedAndRefused()
    {
        (string image, string data) = SaveHolder("shorter-file", "old contents");
        File.WriteAllText(data, "old");

        Refuse(image, data, "has become shorter: 12 bytes then, 3 now");
    }

    [Fact]
    public void FileThatOnlyGrew_IsFine()
    {
        (string image, string data) = SaveHolder("grown-file", "a log");
        File.AppendAllText(data, ", longer");

        Assert.Equal((0, "read: a log, longer\nPASS\n", ""), Restore(image));
    }

    [Fact]
    public void MissingFile_IsNamedAndRefused_UnlessMapped()
    {
        (string image, string data) = SaveHolder("missing-file", "contents");
        string moved = data + "-moved";
        File.Move(data, moved);

        Refuse(image, $"'{data}' (descriptor", "is not there any more");
        Refuse(image, ["--force"], data, "is not there any more");
        Assert.Equal((0, "read: contents\nPASS\n", ""), Restore(image, "--map", $"{data}={moved}"));
    }

    [Fact]
    public void TakenPort_IsNamedAndRefused()
    {
        string folder = Repository.Scratch("taken-port");
        string image = Save("inet", folder);
        int port = Checkpoint.ListeningPort(image);
        using Socket taker = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taker.Bind(new IPEndPoint(IPAddress.Loopback, port));
        taker.Listen();

        Refuse(image, $"127.0.0.1:{port} is taken");
    }

    [Fact]
    public void QueueThatIsGone_IsNamedAndRefused_WithItsMessages()
    {
        string image = Save("queues", Repository.Scratch("gone-queue"));
        MessageQueues.Unlink("/popcorn-gone-queue");

        Refuse(image, "message queue '/popcorn-gone-queue' is not there any more, nor are the 2 messages");
    }

    [Fact]
    public void LockHeldByOthers_IsNamedAndRefused()
    {
        string folder = Repository.Scratch("taken-lock");
        string image = Save("locks", folder);
        string path = Path.Combine(folder, "locked");
        using FileStream locked = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        Refuse(image, "somebody else holds the lock");
    }

    [Fact]
    public void EncryptedImage_NeedsItsKey_AndShowsNothingWithout()
    {
        string folder = Repository.Scratch("encrypted");
        string key = WriteKey(folder, "key", "a pass phrase\n");
        string random = WriteKey(folder, "random", "0123456789abcdef0123456789abcdef0123");
        string data = Path.Combine(folder, "data");
        File.WriteAllText(data, "contents");
        string image = Save("hold", folder, "--key", key);

        Assert.DoesNotContain("survive", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(image)));
        Assert.Equal(-1, File.ReadAllBytes(image).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(folder)));
        Refuse(image, "is encrypted: name its key with --key FILE");
        Refuse(image, ["--key", random], "the key is not the one it was encrypted with");
        Refuse(image, ["--key", WriteKey(folder, "short", "no")], "fewer than 8 protect nothing");
        byte[] whole = File.ReadAllBytes(image);
        Assert.Equal((0, "read: contents\nPASS\n", ""), Restore(image, "--key", key));
        Assert.Equal(whole, File.ReadAllBytes(image));
    }

    [Fact]
    public void IncrementalImages_HoldOnlyWhatChanged_AndAreRestoredThroughTheChain()
    {
        string folder = Repository.Scratch("incremental");
        string[] images = [.. Enumerable.Range(0, 3).Select(i => Path.Combine(folder, $"image-{i}"))];
        using (RunningProgram program = RunningProgram.StartSurvivor())
        {
            program.Send("grow");
            Assert.Equal("grown", program.ReadLine());
            for (int i = 0; i < images.Length; i++)
            {
                program.Step(i);
                string[] parent = i == 0 ? [] : ["--parent", images[i - 1]];
                (int code, _, string errors) = program.Popcorn(
                    ["checkpoint", $"{program.Status.Pid}", "-o", images[i], "--compress", "none", .. parent]);
                Assert.True(code == 0, errors);
            }
        }
        long[] sizes = [.. images.Select(i => new FileInfo(i).Length)];
        Assert.True(sizes[0] > 4 << 20 && sizes[1] < sizes[0] / 4 && sizes[2] < sizes[0] / 4, string.Join(' ', sizes));

        using (RunningProgram restored = new(["restore", images[2], "--isa", "aarch64"]))
        {
            restored.Step(3);
            restored.Step(4);
            Assert.Equal(3, restored.Finish().ExitCode);
        }
        File.Copy(images[2], images[1], overwrite: true);
        Refuse(images[2], "is another image");
        File.Delete(images[1]);
        Refuse(images[2], "holds only what changed since", "that file is not there");
    }

    [Fact]
    public void ImageOfAnotherUser_IsRefused_UnlessForced()
    {
        (string image, _) = SaveHolder("another-user", "contents");
        Checkpoint.GiveToUser(image, 4711);

        Refuse(image, "was taken by user 4711");
        Assert.Equal((0, "read: contents\nPASS\n", ""), Restore(image, "--force"));
    }

    private static (string Image, string Data) SaveHolder(string name, string contents)
    {
        string folder = Repository.Scratch(name);
        string data = Path.Combine(folder, "data");
        File.WriteAllText(data, contents);
        return (Save("hold", folder), data);
    }

    /// <summary>tests/cases/node/objects.c with one kind of object, saved and ended.</summary>
    private static string Save(string kind, string folder, params string[] options)
    {
        string image = Path.Combine(folder, "image");
        using RunningProgram program = new(["run", "--", Repository.Objects, kind, folder]);
        Assert.Equal("ready", program.ReadLine());
        (int code, _, string errors) =
            program.Popcorn(["checkpoint", $"{program.Status.Pid}", "-o", image, "--stop", .. options]);
        Assert.True(code == 0, errors);
        program.Wait();
        return image;
    }

    private static (int ExitCode, string Output, string Errors) Restore(string image, params string[] options)
    {
        using RunningProgram restored = new(["restore", image, .. options]);
        restored.Send("go on");
        return restored.Finish();
    }

    private static void Refuse(string image, params string[] reasons) => Refuse(image, [], reasons);

    private static void Refuse(string image, string[] options, params string[] reasons)
    {
        using RunningProgram restored = new(["restore", image, .. options]);
        (int code, string output, string errors) = restored.Wait();
        Assert.Equal((1, ""), (code, output));
        foreach (string reason in reasons)
            Assert.Contains(reason, errors);
    }

    private static string WriteKey(string folder, string name, string secret)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, secret);
        return path;
    }
}

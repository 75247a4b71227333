using System.Text;
using CsCheck;
using Popcorn.Compiler.Link;
using Popcorn.Core;

namespace Popcorn.Compiler.Tests.Link;

public sealed class ArchiveTests
{
    [Theory]
    [InlineData("rcs")]
    [InlineData("rcsT")]
    public void Members_are_read_with_long_names_and_odd_sizes(string mode)
    {
        string folder = Directory.CreateTempSubdirectory("popcorn-test-").FullName;
        try
        {
            string shortName = Write(folder, "a.o", "odd");
            string longName = Write(folder, "a_name_longer_than_fifteen_characters.o", "even");
            string archive = Path.Combine(folder, "lib.a");
            ThreeObjects.Run("llvm-ar-19", [mode, archive, shortName, longName]);

            List<ArchiveMember> members = Archive.Read(File.ReadAllBytes(archive), archive);

            Assert.Equal(
                ["a.o", "a_name_longer_than_fifteen_characters.o"], members.Select(m => Path.GetFileName(m.Name)));
            Assert.Equal(["odd", "even"], members.Select(member => Encoding.UTF8.GetString(member.Bytes.Span)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Any_bytes_are_read_or_refused() => Gen.Byte.Array[0, 300].Sample(bytes =>
    {
        byte[] archive = [.. "!<arch>\n"u8, .. bytes];
        try
        {
            Archive.Read(archive, "test.a");
        }
        catch (BadInputException)
        {
        }
    });

    [Fact]
    public void Every_truncation_is_read_or_refused()
    {
        string folder = Directory.CreateTempSubdirectory("popcorn-test-").FullName;
        try
        {
            string archive = Path.Combine(folder, "lib.a");
            ThreeObjects.Run("llvm-ar-19", ["rcs", archive, Write(folder, "a.o", "abc"), Write(folder, "b.o", "defg")]);
            byte[] whole = File.ReadAllBytes(archive);
            for (int length = 8; length < whole.Length; length++)
            {
                try
                {
                    Assert.True(Archive.Read(whole.AsMemory(0, length), archive).Count <= 2);
                }
                catch (BadInputException)
                {
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Write(string folder, string name, string content)
    {
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}

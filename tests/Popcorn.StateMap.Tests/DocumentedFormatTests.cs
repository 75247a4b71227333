using System.Globalization;
using System.Text;
using Popcorn.Core;

namespace Popcorn.StateMap.Tests;

/// <summary>The hex dump in docs/formats/statemap.md is a real state map: the one of this model.</summary>
public class DocumentedFormatTests
{
    private static readonly StateMapModel s_documented = new()
    {
        BuildId = new byte[] { 0xca, 0xfe },
        Functions =
        [
            new FunctionModel(
                "sum", 0x401000, 0x60, new Dictionary<Isa, uint> { [Isa.X86_64] = 0x405000 },
                [
                    new SiteModel(
                        SiteKind.Point, [new LiveValueType(ValueKind.I32), new LiveValueType(ValueKind.Pointer)],
                        new SiteDetail("__pop_park", "a.c", 7, ["i", ""])
                        {
                            Saved = [new SavedValue("", new LiveValueType(ValueKind.I64), 8)],
                        }),
                ]),
        ],
        ReturnPoints = new Dictionary<Isa, IReadOnlyList<ReturnPoint>>
        {
            [Isa.X86_64] =
            [
                new ReturnPoint(0x401020, 0, 0, false, [ValueLocation.InRegister(3), ValueLocation.InMemory(7, 8)]),
                new ReturnPoint(0x405030, 0, 0, true, [ValueLocation.InRegister(3), ValueLocation.InMemory(7, 16)]),
            ],
        },
    };

    [Fact]
    public void HexDump_IsTheDocumentedMap()
    {
        byte[] written = StateMapWriter.Write(s_documented);

        byte[] documented = ParseHexDump(File.ReadAllText(FindDocument()));

        Assert.True(
            written.AsSpan().SequenceEqual(documented),
            "docs/formats/statemap.md does not show what the writer writes, which is:\n" + Dump(written));
        StateMapReader map = StateMapReader.Open(documented, "documented");
        Assert.True(map.TryFindReturnPoint(Isa.X86_64, 0x405030, out ReturnPoint? point));
        Assert.Equal("sum", map.NameOf(point.FunctionIndex));
        Assert.Equal([ValueLocation.InRegister(3), ValueLocation.InMemory(7, 16)], point.Locations);
    }

    [Fact]
    public void Dump_ShowsFunctionsSitesAndLocations()
    {
        StringWriter text = new();

        StateMapDumper.Dump(StateMapReader.Open(StateMapWriter.Write(s_documented), "map"), text);

        string expected = """

            sum at 0x401000, 96 bytes
              resume x86_64 0x405000
              site 0: Point __pop_park a.c:7
                %0 i32 i
                %1 ptr
                saved i64
                x86_64 0x401020: rbx, [rsp+0x8]
                x86_64 0x405030 (resume): rbx, [rsp+0x10]

            """;
        Assert.StartsWith("build id cafe\n1 functions, 1 sites\n", text.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(expected, text.ToString(), StringComparison.Ordinal);
    }

    private static string FindDocument()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, "docs", "formats", "statemap.md");
            if (File.Exists(path))
                return path;
        }
        throw new FileNotFoundException("docs/formats/statemap.md is in no directory above the test");
    }

    /// <summary>Lines of the form <c>0010  00 01 02 …  remark</c> inside the block marked hexdump.</summary>
    private static byte[] ParseHexDump(string document)
    {
        FieldWriter bytes = new();
        bool inside = false;
        foreach (string line in document.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                inside = line == "```hexdump";
                continue;
            }
            if (!inside || line.Length == 0)
                continue;
            string[] columns = line.Split("  ", 3);
            Assert.Equal(bytes.Length, int.Parse(columns[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            foreach (string value in columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                bytes.U8(byte.Parse(value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        return bytes.Written.ToArray();
    }

    private static string Dump(byte[] bytes)
    {
        StringBuilder text = new();
        for (int at = 0; at < bytes.Length; at += 16)
        {
            IEnumerable<string> row = bytes.Skip(at).Take(16).Select(
                value => value.ToString("x2", CultureInfo.InvariantCulture));
            text.Append(CultureInfo.InvariantCulture, $"{at:x4}  {string.Join(' ', row)}\n");
        }
        return text.ToString();
    }
}

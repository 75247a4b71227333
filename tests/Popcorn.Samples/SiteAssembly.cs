using System.Text;
using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Samples;

/// <summary>Writes a <c>.pop.sites</c> section as GNU assembly, byte for byte as contracts section 6 draws
/// it.</summary>
public sealed class SiteAssembly
{
    private readonly StringBuilder _text = new("  .section .pop.sites,\"\",@progbits\n");

    public string Text => _text.ToString();

    public void Function(
        string name, IReadOnlyList<(SiteKind Kind, string Callee, IReadOnlyList<SampleValue> Values)> sites)
    {
        FieldWriter payload = Payload(name, sites);
        _text.Append("  .balign 8\n");
        _text.Append($"  .quad {name}\n  .quad {name}.resume\n");
        _text.Append($"  .long {payload.Length}\n  .long {sites.Count}\n");
        foreach (byte value in payload.Written)
            _text.Append($"  .byte {value}\n");
        _text.Append("  .balign 8\n");
    }

    public static FieldWriter Payload(
        string name, IReadOnlyList<(SiteKind Kind, string Callee, IReadOnlyList<SampleValue> Values)> sites)
    {
        FieldWriter payload = new();
        payload.Text(name);
        payload.Uleb128(1);
        payload.Text("sample.c");
        for (int site = 0; site < sites.Count; site++)
        {
            payload.U8((byte)sites[site].Kind);
            payload.Text(sites[site].Callee);
            payload.Uleb128(1);
            payload.Uleb128((ulong)(10 + site));
            payload.Uleb128((ulong)sites[site].Values.Count);
            for (int i = 0; i < sites[site].Values.Count; i++)
            {
                LiveValueType type = sites[site].Values[i].Type;
                payload.U8((byte)type.Kind);
                if (type.IsVector)
                    payload.Uleb128(type.VectorBytes);
                payload.Text($"v{i}");
            }
            payload.Uleb128(0);
        }
        return payload;
    }
}

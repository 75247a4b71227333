using System.Buffers.Binary;
using System.Globalization;
using Popcorn.Architecture;
using Popcorn.Core;
using Popcorn.StateMap;

namespace Popcorn.Transform;

/// <summary>Turns a thread state into words, with each value's location on the ISAs asked for.</summary>
public static class FrameDescriber
{
    /// <param name="pcs">Return addresses as <see cref="StackReader"/> collected them; null for a state from an
    /// image.</param>
    /// <param name="framesMax">Describes the innermost so many; a deep recursion is of no use whole.</param>
    /// <param name="saved">The <see cref="SavedArea"/> of the innermost frame, from its lowest address on; empty when
    /// there is none or it was not read.</param>
    public static IReadOnlyList<FrameDescription> Describe(
        ThreadState state, StateMapReader map, IReadOnlyList<Isa> isas, IReadOnlyList<ulong>? pcs = null,
        int framesMax = int.MaxValue, ReadOnlyMemory<byte> saved = default)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(isas);
        int count = Math.Min(state.Frames.Length, framesMax);
        List<FrameDescription> descriptions = new(count);
        for (int i = 0; i < count; i++)
        {
            FrameState frame = state.Frames[i];
            SiteDetail detail = map.Detail(frame.FunctionIndex, frame.SiteIndex);
            ValueDescription[] values = DescribeValues(state, frame, map, isas, detail);
            if (i == 0 && !saved.IsEmpty)
                values = [.. values, .. DescribeSaved(detail, saved.Span, values.Length, isas.Count)];
            descriptions.Add(new FrameDescription(
                i, pcs is null ? 0 : pcs[i], map.NameOf(frame.FunctionIndex), detail.Callee, detail.File, detail.Line,
                values));
        }
        return descriptions;
    }

    private static ValueDescription[] DescribeValues(
        ThreadState state, FrameState frame, StateMapReader map, IReadOnlyList<Isa> isas, SiteDetail detail)
    {
        IReadOnlyList<LiveValueType> types = map.Site(frame.FunctionIndex, frame.SiteIndex).Types;
        IReadOnlyList<ReturnPoint>[] points = new IReadOnlyList<ReturnPoint>[isas.Count];
        for (int isa = 0; isa < points.Length; isa++)
            points[isa] = map.ReturnPointsOf(isas[isa], frame.FunctionIndex, frame.SiteIndex);
        ReadOnlySpan<UInt128> values = state.ValuesOf(frame);
        ValueDescription[] descriptions = new ValueDescription[values.Length];
        for (int i = 0; i < descriptions.Length; i++)
        {
            string[] locations = new string[isas.Count];
            for (int isa = 0; isa < locations.Length; isa++)
            {
                locations[isa] = points[isa].Count == 0
                    ? "-"
                    : points[isa][0].Locations[i].Describe(IsaProfile.Of(isas[isa]).Registers);
            }
            descriptions[i] = new ValueDescription(
                Name(detail.ValueNames[i], i), types[i].ToString(), Text(types[i], values[i]), locations);
        }
        return descriptions;
    }

    /// <param name="before">How many values of the frame come before them.</param>
    private static List<ValueDescription> DescribeSaved(
        SiteDetail detail, ReadOnlySpan<byte> bytes, int before, int isas)
    {
        SavedArea area = new(detail.Saved.Select(s => s.SizeBytes));
        List<ValueDescription> descriptions = new(detail.Saved.Count);
        for (int i = 0; i < detail.Saved.Count; i++)
        {
            SavedValue value = detail.Saved[i];
            ReadOnlySpan<byte> own = bytes.Slice((int)(area.Offsets[i] + area.Bytes), (int)value.SizeBytes);
            // The place is the same on every ISA.
            string location = $"[dsp-0x{-area.Offsets[i]:x}]";
            descriptions.Add(new ValueDescription(
                Name(value.Name, before + i), value.TypeText, Text(value.Type, own),
                [.. Enumerable.Repeat(location, isas)]));
        }
        return descriptions;
    }

    private static string Name(string name, int number) => name.Length > 0 ? name : $"%{number}";

    private static string Text(LiveValueType? type, ReadOnlySpan<byte> bytes)
    {
        if (type is { } known)
        {
            Span<byte> wide = stackalloc byte[LiveValueType.BytesMax];
            wide.Clear();
            bytes.CopyTo(wide);
            return Text(known, known.Mask(BinaryPrimitives.ReadUInt128LittleEndian(wide)));
        }
        byte[] highFirst = bytes.ToArray();
        Array.Reverse(highFirst);
        return "0x" + Convert.ToHexStringLower(highFirst);
    }

    private static string Text(LiveValueType type, UInt128 bits) => type.Kind switch
    {
        ValueKind.I1 => bits == 0 ? "false" : "true",
        ValueKind.I8 => ((sbyte)(byte)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.I16 => ((short)(ushort)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.I32 => ((int)(uint)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.I64 => ((long)(ulong)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.I128 => ((Int128)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.F16 => BitConverter.UInt16BitsToHalf((ushort)bits).ToString(CultureInfo.InvariantCulture),
        ValueKind.F32 => BitConverter.UInt32BitsToSingle((uint)bits).ToString("R", CultureInfo.InvariantCulture),
        ValueKind.F64 => BitConverter.UInt64BitsToDouble((ulong)bits).ToString("R", CultureInfo.InvariantCulture),
        _ => "0x" + bits.ToString("x", CultureInfo.InvariantCulture),
    };
}

using Popcorn.Core;

namespace Popcorn.StateMap;

/// <summary>Encodes a <see cref="StateMapModel"/>; the mirror of <see cref="StateMapReader"/>. Equal models give equal
/// bytes.</summary>
public static class StateMapWriter
{
    /// <param name="withDetails">False leaves out callees, lines and value names, which no migration needs.</param>
    public static byte[] Write(StateMapModel model, bool withDetails = true)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(model.BuildId.Length, StateMapFormat.BuildIdBytesMax);
        StringTable strings = CollectStrings(model, withDetails);
        List<(StateMapSection Kind, uint Isa, FieldWriter Bytes)> sections =
        [
            (StateMapSection.Functions, 0, WriteFunctions(model, strings)),
            (StateMapSection.Strings, 0, WriteStrings(strings)),
        ];
        Dictionary<string, int> typeLists = new(StringComparer.Ordinal);
        FieldWriter sites = WriteSites(model, typeLists);
        sections.Add((StateMapSection.TypeLists, 0, WriteTypeLists(typeLists)));
        sections.Add((StateMapSection.Sites, 0, sites));
        if (withDetails)
        {
            sections.Add((StateMapSection.Details, 0, WriteDetails(model, strings)));
            sections.Add((StateMapSection.SavedValues, 0, SavedValuesSection.Write(model, strings)));
        }
        foreach ((Isa isa, IReadOnlyList<ReturnPoint> points) in model.ReturnPoints.OrderBy(entry => entry.Key))
        {
            sections.Add((StateMapSection.ReturnPoints, (uint)isa, WriteReturnPoints(model, points)));
            sections.Add((StateMapSection.ResumeAddresses, (uint)isa, WriteResumeAddresses(model, isa)));
        }
        return Assemble(model, sections);
    }

    private static byte[] Assemble(
        StateMapModel model, List<(StateMapSection Kind, uint Isa, FieldWriter Bytes)> sections)
    {
        FieldWriter file = new();
        file.Bytes(StateMapFormat.Magic);
        file.U32(StateMapFormat.Version);
        file.U32((uint)sections.Count);
        file.U32((uint)model.Functions.Count);
        file.U32((uint)model.Functions.Sum(function => function.Sites.Count));
        file.U32(0);
        file.U32((uint)model.BuildId.Length);
        file.Bytes(model.BuildId.Span);
        file.Bytes(new byte[StateMapFormat.BuildIdBytesMax - model.BuildId.Length]);
        file.U64(0);
        int offset = StateMapFormat.HeaderBytes + (sections.Count * StateMapFormat.SectionRowBytes);
        FieldWriter contents = new();
        foreach ((StateMapSection kind, uint isa, FieldWriter bytes) in sections)
        {
            byte[] packed = PackedBytes.Pack(bytes.Written);
            file.U32((uint)kind);
            file.U32(isa);
            file.U32((uint)(offset + contents.Length));
            file.U32((uint)packed.Length);
            file.U32((uint)bytes.Length);
            contents.Bytes(packed);
        }
        file.Bytes(contents.Written);
        return file.Written.ToArray();
    }

    private static StringTable CollectStrings(StateMapModel model, bool withDetails)
    {
        StringTable strings = new();
        strings.Use("");
        foreach (FunctionModel function in model.Functions)
        {
            strings.Use(function.Name);
            foreach (SiteModel site in withDetails ? function.Sites : [])
            {
                strings.Use(site.Detail.Callee);
                strings.Use(site.Detail.File);
                foreach (string name in site.Detail.ValueNames)
                    strings.Use(name);
                foreach (SavedValue value in site.Detail.Saved)
                    strings.Use(value.Name);
            }
        }
        strings.Assign();
        return strings;
    }

    private static FieldWriter WriteStrings(StringTable strings)
    {
        FieldWriter writer = new();
        FieldWriter text = new();
        writer.U32((uint)strings.InOrder.Count);
        foreach (string entry in strings.InOrder)
        {
            writer.U32((uint)text.Length);
            text.Text(entry);
        }
        writer.Bytes(text.Written);
        return writer;
    }

    private static FieldWriter WriteFunctions(StateMapModel model, StringTable strings)
    {
        FieldWriter writer = new();
        uint firstSite = 0;
        foreach (FunctionModel function in model.Functions)
        {
            writer.U32(function.Address);
            writer.U32(function.SizeBytes);
            writer.U32(firstSite);
            writer.U32((uint)strings.NumberOf(function.Name));
            firstSite += (uint)function.Sites.Count;
        }
        return writer;
    }

    private static FieldWriter WriteSites(StateMapModel model, Dictionary<string, int> typeLists)
    {
        ChunkWriter chunks = new(StateMapFormat.SitesPerChunk);
        foreach (SiteModel site in model.Functions.SelectMany(function => function.Sites))
        {
            string key = TypeKey(site.Types);
            if (!typeLists.TryGetValue(key, out int number))
            {
                number = typeLists.Count;
                typeLists.Add(key, number);
            }
            chunks.Next().Uleb128(((ulong)number << 2) | (byte)site.Kind);
        }
        return chunks.Finish();
    }

    private static string TypeKey(IReadOnlyList<LiveValueType> types)
    {
        char[] key = new char[types.Count];
        for (int i = 0; i < key.Length; i++)
            key[i] = (char)((byte)types[i].Kind | types[i].VectorBytes << 8);
        return new string(key);
    }

    private static FieldWriter WriteTypeLists(Dictionary<string, int> typeLists)
    {
        FieldWriter writer = new();
        FieldWriter lists = new();
        writer.U32((uint)typeLists.Count);
        foreach (string key in typeLists.OrderBy(entry => entry.Value).Select(entry => entry.Key))
        {
            writer.U32((uint)lists.Length);
            lists.Uleb128((ulong)key.Length);
            foreach (char type in key)
            {
                lists.U8((byte)type);
                if (type >> 8 != 0)
                    lists.U8((byte)(type >> 8));
            }
        }
        writer.Bytes(lists.Written);
        return writer;
    }

    private static FieldWriter WriteDetails(StateMapModel model, StringTable strings)
    {
        ChunkWriter chunks = new(StateMapFormat.SitesPerChunk);
        foreach (SiteModel site in model.Functions.SelectMany(function => function.Sites))
        {
            SiteDetail detail = site.Detail;
            FieldWriter writer = chunks.Next();
            writer.Uleb128((ulong)strings.NumberOf(detail.Callee));
            writer.Uleb128((ulong)strings.NumberOf(detail.File));
            writer.Uleb128((ulong)detail.Line);
            writer.Uleb128((ulong)detail.ValueNames.Count);
            foreach (string name in detail.ValueNames)
                writer.Uleb128((ulong)strings.NumberOf(name));
        }
        return chunks.Finish();
    }

    private static FieldWriter WriteResumeAddresses(StateMapModel model, Isa isa)
    {
        FieldWriter writer = new();
        foreach (FunctionModel function in model.Functions)
            writer.U32(function.ResumeAddresses[isa]);
        return writer;
    }

    private static FieldWriter WriteReturnPoints(StateMapModel model, IReadOnlyList<ReturnPoint> points)
    {
        int[] firstSites = new int[model.Functions.Count];
        for (int i = 1; i < firstSites.Length; i++)
            firstSites[i] = firstSites[i - 1] + model.Functions[i - 1].Sites.Count;
        LocationLists lists = new(points);
        FieldWriter data = new();
        FieldWriter chunks = new();
        ulong address = 0;
        long site = 0;
        for (int i = 0; i < points.Count; i++)
        {
            ReturnPoint point = points[i];
            if (i % StateMapFormat.PointsPerChunk == 0)
            {
                chunks.U32((uint)point.Address);
                chunks.U32((uint)data.Length);
                address = point.Address;
                site = 0;
            }
            long next = firstSites[point.FunctionIndex] + point.SiteIndex;
            data.Uleb128(point.Address - address);
            data.Sleb128(((next - site) * 2) + (point.IsResume ? 1 : 0));
            lists.Write(point.Locations, data);
            address = point.Address;
            site = next;
        }
        return AssembleReturnPoints(points.Count, chunks, lists, data);
    }

    private static FieldWriter AssembleReturnPoints(
        int count, FieldWriter chunks, LocationLists lists, FieldWriter data)
    {
        FieldWriter writer = new();
        writer.U32((uint)count);
        writer.U32((uint)lists.Dictionary.Count);
        writer.U32((uint)lists.Shared.Count);
        writer.U32((uint)data.Length);
        writer.Bytes(chunks.Written);
        foreach (ValueLocation location in lists.Dictionary)
        {
            writer.U16((ushort)location.Kind);
            writer.U16(location.Register);
            writer.I64(location.Operand);
        }
        int offset = data.Length;
        foreach (byte[] list in lists.Shared)
        {
            writer.U32((uint)offset);
            offset += list.Length;
        }
        writer.U32((uint)offset);
        writer.Bytes(data.Written);
        foreach (byte[] list in lists.Shared)
            writer.Bytes(list);
        return writer;
    }
}

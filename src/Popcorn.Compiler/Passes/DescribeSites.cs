using Popcorn.Core;
using Popcorn.Llvm;

namespace Popcorn.Compiler.Passes;

/// <summary>A function with sites and its clone.</summary>
internal sealed record ResumableFunction(IrValue Function, IrValue Resume, IReadOnlyList<Site> Sites);

/// <summary>
/// Emits the <c>.pop.sites</c> entries: what the state map needs beyond LLVM's own records (contracts, section 6).
/// </summary>
internal static class DescribeSites
{
    internal static void Run(IrModule module, IReadOnlyList<ResumableFunction> functions)
    {
        IrContext context = module.Context;
        foreach (ResumableFunction function in functions)
        {
            byte[] payload = Payload(function);
            IrValue entry = context.ConstantStruct(
                function.Function,
                function.Resume,
                context.I32.Integer((ulong)payload.Length),
                context.I32.Integer((ulong)function.Sites.Count),
                context.Bytes(Padded(payload)));
            IrValue global = module.AddGlobal("pop.sites." + function.Function.Name, entry.Type);
            global.SetInitializer(entry);
            global.SetGlobalConstant(true);
            global.SetLinkage(IrLinkage.Internal);
            global.SetAlignment(8);
            global.SetSection(".pop.sites");
        }
    }

    private static byte[] Padded(byte[] payload)
    {
        byte[] padded = new byte[(payload.Length + 7) & ~7];
        payload.CopyTo(padded, 0);
        return padded;
    }

    private static byte[] Payload(ResumableFunction function)
    {
        List<string> files = [];
        FieldWriter sites = new();
        foreach (Site site in function.Sites)
        {
            sites.U8((byte)site.Kind);
            sites.Text(site.Callee);
            string file = site.Call.DebugFile();
            int line = site.Call.DebugLine();
            if (file.Length != 0 && !files.Contains(file))
                files.Add(file);
            sites.Uleb128((ulong)(files.IndexOf(file) + 1));
            sites.Uleb128((ulong)line);
            sites.Uleb128((ulong)site.Live.Count);
            for (int i = 0; i < site.Live.Count; i++)
            {
                byte type = RecordedType.Of(site.Live[i].Type);
                Invariant.Check(type != RecordedType.None);
                sites.U8(type);
                if (RecordedType.IsVector(type))
                    sites.Uleb128(RecordedType.VectorBytes(site.Live[i].Type));
                sites.Text(site.Names[i]);
            }
            WriteSaved(sites, site.Saved);
        }
        FieldWriter payload = new();
        payload.Text(function.Function.Name);
        payload.Uleb128((ulong)files.Count);
        foreach (string file in files)
            payload.Text(file);
        payload.Bytes(sites.Written);
        return payload.Written.ToArray();
    }

    private static void WriteSaved(FieldWriter sites, IReadOnlyList<PointValue> saved)
    {
        sites.Uleb128((ulong)saved.Count);
        foreach (PointValue value in saved)
        {
            byte type = RecordedType.Of(value.Type);
            sites.U8(type);
            if (type == RecordedType.None || RecordedType.IsVector(type))
                sites.Uleb128((ulong)value.Bytes);
            sites.Text(value.Name);
        }
    }
}

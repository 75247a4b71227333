using Microsoft.Win32.SafeHandles;
using Popcorn.Linux;
using Popcorn.Node.Objects;
using Popcorn.Node.Processes;

namespace Popcorn.Node.Moves;

/// <summary>
/// New pseudo terminals in place of those that control sessions of a program that moves: the old ones stay the
/// sources', whatever becomes of the move (decision 0016). Owns our descriptors of both.
/// </summary>
public sealed class SessionTerminals : IDisposable
{
    private const int ReadWriteNonblocking = 2 | 0x800; // O_RDWR | O_NONBLOCK

    private readonly Dictionary<int, Pair> _pairs = [];
    private readonly Dictionary<(int Place, int Number), SafeFileHandle> _replacements = [];
    private readonly List<IDisposable> _owned = [];

    private SessionTerminals()
    {
    }

    public static SessionTerminals None { get; } = new();

    /// <summary>For the parked processes of a unit.</summary>
    public static SessionTerminals Replace(IReadOnlyList<TreeNode> nodes)
    {
        SessionTerminals terminals = new();
        TreeNode[] members = [.. TreeNode.Members(nodes)];
        try
        {
            foreach (int number in members.Where(m => m.LeadsSession).Select(m => m.Facts.PseudoTerminal).OfType<int>())
                terminals.Replace(number, members);
            return terminals;
        }
        catch
        {
            terminals.Dispose();
            throw;
        }
    }

    /// <summary>The terminal that a session's leader is to have; ours to close.</summary>
    public SafeFileHandle? ControllingTerminalOf(TreeNode member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return member.LeadsSession && member.Facts.PseudoTerminal is int number
            && _pairs.TryGetValue(number, out Pair? pair) ? pair.NewSlave : null;
    }

    /// <summary>What a target gets in place of a descriptor of its source; null for all that goes along as it
    /// is.</summary>
    public SafeFileHandle? TryDuplicate(ProgramProcess source, int descriptor)
    {
        ArgumentNullException.ThrowIfNull(source);
        return _replacements.TryGetValue((source.Index, descriptor), out SafeFileHandle? file)
            ? KernelFile.Duplicate(file.Number()) : null;
    }

    /// <summary>What waits in the old terminals goes to the new ones. Nothing runs; nothing is lost when this
    /// fails.</summary>
    public void Carry()
    {
        try
        {
            foreach (Pair pair in _pairs.Values)
                pair.Carry();
        }
        catch
        {
            CarryBack();
            throw;
        }
    }

    /// <summary>The opposite, when the sources go on after all.</summary>
    public void CarryBack()
    {
        foreach (Pair pair in _pairs.Values)
            pair.CarryBack();
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
        _owned.Clear();
    }

    private void Replace(int number, TreeNode[] members)
    {
        DescriptionTable table = Own(new DescriptionTable([.. members.Select(m => new DescriptorSource(
            m.Process!.Child, [.. OwnTerminal.Of(m, number)], Label: ""))]));
        SafeFileHandle oldMaster = table.All.Select(d => d.File)
            .First(f => TerminalFile.MasterNumber(f) == number);
        SafeFileHandle master = Own(TerminalFile.CreateMaster());
        Pair pair = new(
            oldMaster, Own(TerminalFile.OpenSlave(oldMaster, ReadWriteNonblocking)), master,
            Own(TerminalFile.OpenSlave(master, ReadWriteNonblocking)));
        _pairs.Add(number, pair);
        pair.TakeOverModes();
        foreach (OpenDescription description in table.All)
        {
            SafeFileHandle file = description.File == oldMaster
                ? master : Own(TerminalFile.OpenSlave(master, description.Facts.Flags));
            if (file == master)
                KernelFile.SetStatusFlags(master, description.Facts.Flags);
            foreach (Holder holder in description.Holders)
                _replacements.Add((members[holder.Process].Process!.Index, holder.Facts.Number), file);
        }
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }

    private sealed class Pair(
        SafeFileHandle oldMaster, SafeFileHandle oldSlave, SafeFileHandle newMaster, SafeFileHandle newSlave)
    {
        private TerminalContents? _contents;

        public SafeFileHandle NewSlave => newSlave;

        public void TakeOverModes()
        {
            _ = TerminalFile.TryApply(
                newSlave, TerminalFile.Modes(oldSlave) ?? [], TerminalFile.WindowSize(oldSlave) ?? []);
            TerminalFile.SetPackets(newMaster, TerminalFile.HasPackets(oldMaster));
        }

        public void Carry()
        {
            _contents = TerminalContents.Take(oldMaster, oldSlave);
            _contents.Put(newMaster, newSlave);
        }

        public void CarryBack()
        {
            _contents?.Put(oldMaster, oldSlave);
            _contents = null;
        }
    }
}

using System.Runtime.InteropServices;

namespace Popcorn.Linux;

/// <summary>A NULL-terminated <c>char**</c> in one unmanaged block, for exec and spawn.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte* _block;

    public NativeStrings(IReadOnlyList<string> texts)
    {
        byte[][] encoded = [.. texts.Select(HostText.Encode)];
        int pointers = (texts.Count + 1) * sizeof(byte*);
        int bytes = pointers + encoded.Sum(t => t.Length + 1);
        // SAFETY: the block holds the pointer array and every text with its NUL, as summed above.
        _block = (byte*)NativeMemory.Alloc((nuint)bytes);
        byte** array = (byte**)_block;
        byte* text = _block + pointers;
        byte* end = _block + bytes;
        for (int i = 0; i < texts.Count; i++)
        {
            array[i] = text;
            encoded[i].CopyTo(new Span<byte>(text, (int)(end - text)));
            text += encoded[i].Length;
            *text++ = 0;
        }
        array[texts.Count] = null;
    }

    public byte** Array => (byte**)_block;

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}

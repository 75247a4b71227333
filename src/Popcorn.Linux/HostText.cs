using System.Text;

namespace Popcorn.Linux;

/// <summary>
/// Text the kernel hands over as bytes (arguments, environment) as a string and back, without loss: a byte that is part
/// of no UTF-8 character becomes a lone surrogate, U+DC80 to U+DCFF, which no decoded text contains otherwise.
/// </summary>
public static class HostText
{
    private const char Escape = '\uDC00';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (byte b in bytes[..consumed])
                    text.Append((char)(Escape + b));
            }
            bytes = bytes[consumed..];
        }
        return text.ToString();
    }

    public static byte[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<byte> bytes = new(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (int i = 0; i < text.Length; i++)
        {
            if (Rune.TryGetRuneAt(text, i, out Rune rune))
            {
                bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                // Another lone surrogate than ours is no text; its low byte is as good as any.
                bytes.Add((byte)(text[i] - Escape));
            }
        }
        return [.. bytes];
    }

    /// <summary>The texts of a file of NUL-terminated ones, as <c>/proc/self/cmdline</c> is.</summary>
    internal static string[] DecodeList(ReadOnlySpan<byte> bytes)
    {
        List<string> texts = [];
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)0);
            if (end < 0)
                end = bytes.Length;
            texts.Add(Decode(bytes[..end]));
            bytes = end < bytes.Length ? bytes[(end + 1)..] : [];
        }
        return [.. texts];
    }
}

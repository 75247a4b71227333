using System.Runtime.InteropServices;
using System.Text;

namespace Popcorn.Llvm;

/// <summary>Strings that cross from LLVM: borrowed ones with a length, and owned messages that must be
/// disposed.</summary>
internal static class LlvmText
{
    internal static string Borrowed(nint text, nuint length)
    {
        if (text == 0 || length == 0)
            return "";
        // SAFETY: LLVM returned pointer and length of one string that lives as long as its owner.
        unsafe
        {
            return Encoding.UTF8.GetString((byte*)text, checked((int)length));
        }
    }

    internal static string Owned(nint message)
    {
        if (message == 0)
            return "";
        string text = Marshal.PtrToStringUTF8(message) ?? "";
        LlvmC.Core.DisposeMessage(message);
        return text;
    }
}

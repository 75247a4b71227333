using System.Runtime.InteropServices;

namespace Popcorn.Linux.Libc;

/// <summary>sys/socket.h. Layouts are those of the 64-bit kernels; a test compares them with a C probe's.</summary>
internal static unsafe partial class SysSocket
{
    public const int AfUnix = 1;
    public const int AfInet = 2;
    public const int SockStream = 1;
    public const int SockCloexec = 0x80000;
    public const int SolSocket = 1;
    public const int SoSndbuf = 7;
    public const int SoRcvbuf = 8;
    public const int SoPeercred = 17;
    public const int SoRcvtimeo = 20;
    public const int SoSndtimeo = 21;
    public const int SoSndbufforce = 32;
    public const int ScmRights = 1;
    public const int MsgNosignal = 0x4000;

    [LibraryImport(Library.C, EntryPoint = "socketpair", SetLastError = true)]
    public static partial int Socketpair(int domain, int type, int protocol, int* fds);

    [LibraryImport(Library.C, EntryPoint = "sendmsg", SetLastError = true)]
    public static partial nint Sendmsg(int fd, in MessageHeader message, int flags);

    [LibraryImport(Library.C, EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint Recvmsg(int fd, ref MessageHeader message, int flags);

    [LibraryImport(Library.C, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Library.C, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int Setsockopt(int fd, int level, int name, void* value, uint length);

    [LibraryImport(Library.C, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport(Library.C, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int fd, byte* address, uint length);

    [LibraryImport(Library.C, EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, byte* address, uint length);

    [LibraryImport(Library.C, EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int fd, int backlog);

    [LibraryImport(Library.C, EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int fd, byte* address, uint* length, int flags);

    [LibraryImport(Library.C, EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int fd, int how);

    [LibraryImport(Library.C, EntryPoint = "getsockname", SetLastError = true)]
    public static partial int Getsockname(int fd, byte* address, ref uint length);

    [LibraryImport(Library.C, EntryPoint = "getpeername", SetLastError = true)]
    public static partial int Getpeername(int fd, byte* address, ref uint length);

    [LibraryImport(Library.C, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, byte* buffer, nuint count, int flags);

    [LibraryImport(Library.C, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int Getsockopt(int fd, int level, int name, void* value, ref uint length);
}

/// <summary><c>struct msghdr</c>.</summary>
internal unsafe struct MessageHeader
{
    public void* Name;
    public uint NameLength;
    public IoVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlLength;
    public int Flags;
}

/// <summary><c>struct cmsghdr</c> followed by one descriptor, padded as CMSG_SPACE(4) says.</summary>
internal struct DescriptorMessage
{
    public nuint Length;
    public int Level;
    public int Type;
    public int Descriptor;
    public int Padding;
}

/// <summary><c>struct ucred</c>.</summary>
internal struct PeerCredentials
{
    public int Pid;
    public uint Uid;
    public uint Gid;
}

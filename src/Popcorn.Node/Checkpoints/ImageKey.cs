using System.Buffers.Binary;
using System.Security.Cryptography;
using Popcorn.Wire.Image;

namespace Popcorn.Node.Checkpoints;

/// <summary>
/// The key of one image (docs/formats/image.md, "Encryption"). Each image has a random salt and hence a key of its own,
/// so a piece's place in it is nonce enough.
/// </summary>
public sealed class ImageKey : IDisposable
{
    public const int TagBytes = 16;
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;

    /// <summary>From this size on a secret is taken for random and not for words, and needs no stretching.</summary>
    private const int RandomSecretBytes = 32;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA256 (2023).</summary>
    private const int Iterations = 600_000;

    private readonly byte[] _key;
    private readonly byte[] _associated;
    private readonly AesGcm _cipher;

    private ImageKey(byte[] key, byte[] associated)
    {
        _key = key;
        _associated = associated;
        _cipher = new AesGcm(key, TagBytes);
    }

    public static ImageKey Derive(byte[] secret, UInt128 salt, ImageIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(secret);
        byte[] saltBytes = new byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(saltBytes, salt);
        byte[] key = secret.Length >= RandomSecretBytes
            ? HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, KeyBytes, saltBytes, "popcorn image 2"u8.ToArray())
            : Rfc2898DeriveBytes.Pbkdf2(secret, saltBytes, Iterations, HashAlgorithmName.SHA256, KeyBytes);
        byte[] associated = new byte[ImageIdentity.Bytes];
        BinaryPrimitives.WriteUInt128LittleEndian(associated, identity.Value);
        return new ImageKey(key, associated);
    }

    /// <summary>For another thread: a cipher is not for two at once.</summary>
    public ImageKey Copy() => new(_key, _associated);

    /// <summary>Writes ciphertext and tag, <see cref="TagBytes"/> more than the text.</summary>
    public void Seal(ImageSectionKind kind, ulong place, ReadOnlySpan<byte> text, Span<byte> to)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Place(nonce, kind, place);
        _cipher.Encrypt(nonce, text, to[..text.Length], to.Slice(text.Length, TagBytes), _associated);
    }

    /// <summary>False when the bytes are not what was sealed, or the key is another.</summary>
    public bool TryOpen(ImageSectionKind kind, ulong place, ReadOnlySpan<byte> sealedBytes, Span<byte> to)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        Place(nonce, kind, place);
        if (sealedBytes.Length < TagBytes)
            return false;
        int text = sealedBytes.Length - TagBytes;
        try
        {
            _cipher.Decrypt(nonce, sealedBytes[..text], sealedBytes[text..], to[..text], _associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => _cipher.Dispose();

    private static void Place(Span<byte> nonce, ImageSectionKind kind, ulong place)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(nonce, (uint)kind);
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], place);
    }
}

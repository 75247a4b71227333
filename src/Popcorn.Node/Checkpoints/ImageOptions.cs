using Popcorn.Core;

namespace Popcorn.Node.Checkpoints;

/// <summary>How an image is to be stored.</summary>
/// <param name="Secret">What its key is made of; null to leave it readable.</param>
/// <param name="ParentPath">The image to store only the difference to; null to stand alone.</param>
public sealed record ImageOptions(Compression Compression, byte[]? Secret, string? ParentPath)
{
    private const int SecretBytesMin = 8;
    private const int SecretBytesMax = 1 << 20;

    public static ImageOptions Default { get; } = new(Compression.Lz4, null, null);

    /// <summary>Reads the file with the secret, and refuses one that protects nothing.</summary>
    public static byte[] ReadSecret(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists)
            throw new PopcornException($"there is no key file '{path}'");
        if (file.Length > SecretBytesMax)
            throw new PopcornException(
                $"key file '{path}' has {file.Length} bytes, at most {SecretBytesMax} make sense");
        byte[] secret = File.ReadAllBytes(path);
        // A pass phrase written with an editor ends with a newline that nobody means.
        if (secret.Length > 0 && secret[^1] == (byte)'\n')
            secret = secret[..^1];
        return secret.Length >= SecretBytesMin
            ? secret
            : throw new PopcornException(
                $"key file '{path}' has {secret.Length} bytes; fewer than {SecretBytesMin} protect nothing");
    }
}

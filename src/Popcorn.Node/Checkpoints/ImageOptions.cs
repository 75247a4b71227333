using Popcorn.Core;
using Popcorn.Linux;

namespace Popcorn.Node.Checkpoints;

/// <summary>How an image is to be stored.</summary>
/// <param name="Level">zstd level; null to store bytes as they are.</param>
/// <param name="Secret">What its key is made of; null to leave it readable.</param>
/// <param name="ParentPath">The image to store only the difference to; null to stand alone.</param>
public sealed record ImageOptions(int? Level, byte[]? Secret, string? ParentPath)
{
    /// <summary>
    /// Measured on heaps of structures: as fast as -3 and -5 to compress and to decompress, and a third smaller than
    /// those; 1 is as small, and a quarter slower.
    /// </summary>
    public const int DefaultLevel = -1;

    public const int LevelMin = -7;
    public const int LevelMax = 19;

    private const int SecretBytesMin = 8;
    private const int SecretBytesMax = 1 << 20;

    public static ImageOptions Default { get; } = new(DefaultLevel, null, null);

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

    /// <summary>The same, with what this machine cannot do taken out or refused.</summary>
    public ImageOptions Checked()
    {
        if (Level is < LevelMin or > LevelMax)
            throw new PopcornException($"compression level {Level}: it must lie in {LevelMin} to {LevelMax}");
        if (Level is not null && !ZstdCodec.IsAvailable)
            throw new PopcornException("libzstd.so.1 is not installed (Debian package libzstd1); use --compress none");
        return this;
    }
}

using Popcorn.Compiler.Link;

namespace Popcorn.Compiler.Tests.Link;

public sealed class ObjectCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("popcorn-test-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void An_entry_is_found_once_published_and_not_before()
    {
        ObjectCache cache = new(_root);
        ContentHash key = ContentHash.Of("key");
        string staging = cache.Begin()!;
        File.WriteAllText(Path.Combine(staging, "object"), "content");

        Assert.Null(cache.Find(key));
        string folder = cache.Publish(key, staging);

        Assert.Equal(folder, cache.Find(key));
        Assert.Equal("content", File.ReadAllText(Path.Combine(folder, "object")));
    }

    [Fact]
    public void The_second_of_two_writers_uses_the_firsts_entry()
    {
        ObjectCache cache = new(_root);
        ContentHash key = ContentHash.Of("key");
        string first = cache.Publish(key, cache.Begin()!);
        string staging = cache.Begin()!;

        Assert.Equal(first, cache.Publish(key, staging));
        Assert.False(Directory.Exists(staging));
    }

    [Fact]
    public void A_cache_without_a_place_misses_quietly()
    {
        string file = Path.Combine(_root, "file");
        File.WriteAllText(file, "");
        ObjectCache cache = new(file);

        Assert.Null(cache.Find(ContentHash.Of("key")));
        Assert.Null(cache.Begin());
        cache.Trim();
    }

    [Fact]
    public void Trimming_removes_what_was_used_longest_ago_and_nothing_in_use()
    {
        ObjectCache cache = new(_root);
        string old = Entry(cache, "old", age: TimeSpan.FromDays(3));
        string older = Entry(cache, "older", age: TimeSpan.FromDays(5));
        string fresh = Entry(cache, "fresh", age: TimeSpan.Zero);

        ObjectCache.Trim(new DirectoryInfo(_root), bytesMax: 250, usedBefore: DateTime.UtcNow.AddHours(-1));

        Assert.False(Directory.Exists(older));
        Assert.True(Directory.Exists(old));
        Assert.True(Directory.Exists(fresh));
    }

    private static string Entry(ObjectCache cache, string key, TimeSpan age)
    {
        string staging = cache.Begin()!;
        File.WriteAllBytes(Path.Combine(staging, "object"), new byte[100]);
        string folder = cache.Publish(ContentHash.Of(key), staging);
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow - age);
        return folder;
    }
}

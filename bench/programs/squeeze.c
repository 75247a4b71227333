// Compresses and restores text in memory with the library chosen by -DUSE_ZLIB, USE_BZIP2, USE_LZ4 or USE_ZSTD.
// Argument: kilobytes of text.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined USE_ZLIB
#include <zlib.h>
static size_t squeeze(char *to, size_t room, const char *from, size_t bytes)
{
    uLongf size = room;
    return compress2((Bytef *)to, &size, (const Bytef *)from, bytes, 6) == Z_OK ? size : 0;
}
static size_t restore(char *to, size_t room, const char *from, size_t bytes)
{
    uLongf size = room;
    return uncompress((Bytef *)to, &size, (const Bytef *)from, bytes) == Z_OK ? size : 0;
}
#elif defined USE_BZIP2
#include <bzlib.h>
static size_t squeeze(char *to, size_t room, const char *from, size_t bytes)
{
    unsigned size = room;
    return BZ2_bzBuffToBuffCompress(to, &size, (char *)from, bytes, 9, 0, 0) == BZ_OK ? size : 0;
}
static size_t restore(char *to, size_t room, const char *from, size_t bytes)
{
    unsigned size = room;
    return BZ2_bzBuffToBuffDecompress(to, &size, (char *)from, bytes, 0, 0) == BZ_OK ? size : 0;
}
void bz_internal_error(int code)
{
    exit(code);
}
#elif defined USE_LZ4
#include <lz4.h>
static size_t squeeze(char *to, size_t room, const char *from, size_t bytes)
{
    return LZ4_compress_default(from, to, bytes, room);
}
static size_t restore(char *to, size_t room, const char *from, size_t bytes)
{
    return LZ4_decompress_safe(from, to, bytes, room);
}
#else
#include <zstd.h>
static size_t squeeze(char *to, size_t room, const char *from, size_t bytes)
{
    return ZSTD_compress(to, room, from, bytes, 5);
}
static size_t restore(char *to, size_t room, const char *from, size_t bytes)
{
    return ZSTD_decompress(to, room, from, bytes);
}
#endif

static size_t write_text(char *to, size_t bytes)
{
    static const char *const words[] = {
        "migration ", "of ", "a ", "running ", "program ", "between ", "machines ", "with ", "different ", "processors ",
        "keeps ", "its ", "memory ", "open ", "files ", "and ", "output.\n", "Nothing ", "else ", "1",
    };
    unsigned seed = 3;
    size_t at = 0;
    while (at + 16 < bytes) {
        seed = seed * 1664525u + 1013904223u;
        unsigned pick = (seed >> 16) % 22;
        if (pick < 20) {
            const char *word = words[(pick * pick / 3 + pick) % 20];
            size_t length = strlen(word);
            memcpy(to + at, word, length);
            at += length;
        } else {
            for (unsigned value = seed >> 12; value; value >>= 4)
                to[at++] = "0123456789abcdef"[value & 15];
        }
    }
    return at;
}

int main(int argc, char **argv)
{
    size_t room = 1024 * (size_t)(argc > 1 ? atol(argv[1]) : 4096), more = room + room / 8 + 1024;
    char *text = malloc(room), *small = malloc(more), *again = malloc(room);
    size_t bytes = write_text(text, room), squeezed = 0;
    for (int round = 0; round < 3; round++) {
        squeezed = squeeze(small, more, text, bytes);
        for (int read = 0; read < 4; read++)
            if (restore(again, room, small, squeezed) != bytes || memcmp(text, again, bytes))
                return 1;
    }
    printf("%zu -> %zu\n", bytes, squeezed);
}

// flags: -O1
// args: 3000
// Blocks of every size and alignment, grown, shrunk and freed in random order; none may overlap another or lose its
// bytes. The argument says how often; 400000 is a thorough run.
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 200 };

static unsigned char *blocks[BLOCKS];
static unsigned sizes[BLOCKS], state = 7;

static unsigned next(unsigned limit)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % limit;
}

static void fail(const char *what, unsigned block)
{
    printf("%s: block %u of %u bytes\n", what, block, sizes[block]);
    exit(1);
}

static void check(unsigned block, unsigned bytes, unsigned char expected)
{
    for (unsigned i = 0; i < bytes; i += i + 61 < bytes ? 61 : 1)
        if (blocks[block][i] != expected)
            fail("a byte has changed", block);
}

static void replace(unsigned block, unsigned bytes)
{
    unsigned kind = next(4), kept = sizes[block] < bytes ? sizes[block] : bytes;
    if (kind == 0 && bytes) {
        blocks[block] = realloc(blocks[block], bytes);
        check(block, kept, (unsigned char)block);
    } else {
        free(blocks[block]);
        size_t alignment = (size_t)16 << next(10);
        blocks[block] = kind == 1 ? calloc(1, bytes) : kind == 2 ? malloc(bytes) : aligned_alloc(alignment, bytes);
        if (kind == 1)
            check(block, bytes, 0);
        if (kind == 3 && (uintptr_t)blocks[block] % alignment)
            fail("not aligned", block);
    }
    sizes[block] = bytes;
    if (!blocks[block] || (uintptr_t)blocks[block] % 16 || malloc_usable_size(blocks[block]) < bytes)
        fail("not as large as asked for", block);
    memset(blocks[block], (int)block, bytes);
}

int main(int argc, char **argv)
{
    unsigned long total = 0;
    for (int i = 0, rounds = atoi(argv[argc - 1]); i < rounds; i++) {
        unsigned block = next(BLOCKS);
        check(block, sizes[block], (unsigned char)block);
        replace(block, next(400) == 0 ? 300000 + next(9000) : next(9) == 0 ? next(40000) : next(300));
        total += sizes[block];
    }
    for (unsigned block = 0; block < BLOCKS; block++) {
        check(block, sizes[block], (unsigned char)block);
        free(blocks[block]);
    }
    printf("%lu bytes in all\n", total);
    return 0;
}

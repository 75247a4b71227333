// flags: -O2 -fno-builtin
// The string functions that are native code of each ISA: every alignment, sizes around their thresholds, ends of pages.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static unsigned char *area, *end;   // 8 KiB that end at a page nobody may touch
static unsigned char model[8192];
static unsigned state = 1;

static unsigned next(void) { return state = state * 1664525u + 1013904223u ^ state >> 9; }

static void fail(const char *what, size_t n, size_t at)
{
    printf("%s is wrong for %zu bytes at %zu\n", what, n, at);
    exit(1);
}

static int sign(int x) { return (x > 0) - (x < 0); }

static void check_area(const char *what, size_t n, size_t at)
{
    for (int i = 0; i < 8192; i++)
        if (area[i] != model[i])
            fail(what, n, at);
}

static void move_blocks(size_t n, size_t to, size_t from)
{
    unsigned char copy[2100];
    for (size_t i = 0; i < n; i++)
        copy[i] = model[from + i];
    for (size_t i = 0; i < n; i++)
        model[to + i] = copy[i];
    if (to + n <= from || from + n <= to) {
        if (memcpy(area + to, area + from, n) != area + to)
            fail("memcpy's result", n, to);
    } else if (memmove(area + to, area + from, n) != area + to) {
        fail("memmove's result", n, to);
    }
    check_area(to + n <= from || from + n <= to ? "memcpy" : "memmove", n, to);
}

static void search(size_t n)
{
    unsigned char *s = end - n - 1;   // n bytes and a zero, which is the last byte of the page
    for (size_t i = 0; i < n; i++)
        s[i] = 1 + next() % 250;
    s[n] = 0;
    if (strlen((char *)s) != n || strnlen((char *)s, n + 9) != n || strnlen((char *)s, -1) != n || strnlen((char *)s, n / 2) != n / 2)
        fail("strlen", n, 0);
    for (size_t at = 0; at < n; at += 1 + at / 4) {
        unsigned char was = s[at];
        s[at] = 255;
        if (memchr(s, 255, n) != s + at || memchr(s, 0x1ff, -1) != s + at || memchr(s, 255, at) || memrchr(s, 255, n) != s + at
            || strchr((char *)s, 255) != (char *)s + at || strchrnul((char *)s, -1) != (char *)s + at || strrchr((char *)s, 255) != (char *)s + at)
            fail("a search", n, at);
        s[at] = was;
    }
    if (strchr((char *)s, 254) || strchrnul((char *)s, 254) != (char *)s + n || strchr((char *)s, 0) != (char *)s + n || memrchr(s, 254, n))
        fail("a vain search", n, 0);
}

static void compare(size_t n)
{
    unsigned char *a = end - n - 1, *b = area + next() % 40;
    for (size_t i = 0; i < n; i++)
        a[i] = b[i] = 1 + next() % 255;
    a[n] = b[n] = 0;
    if (memcmp(a, b, n) || strcmp((char *)a, (char *)b) || strncmp((char *)a, (char *)b, n + 3) || strncmp((char *)b, (char *)a, n / 2))
        fail("comparing equals", n, 0);
    for (size_t at = 0; at < n; at += 1 + at / 3) {
        unsigned char was = a[at];
        a[at] ^= 0x81;
        int expected = sign(a[at] - b[at]);
        if (sign(memcmp(a, b, n)) != expected || sign(memcmp(b, a, n)) != -expected || memcmp(a, b, at)
            || sign(strcmp((char *)a, (char *)b)) != expected || sign(strncmp((char *)a, (char *)b, at + 1)) != expected
            || strncmp((char *)a, (char *)b, at))
            fail("comparing", n, at);
        a[at] = was;
    }
    if (stpcpy((char *)area + 100, (char *)a) != (char *)area + 100 + n || memcmp(area + 100, a, n + 1))
        fail("stpcpy", n, 0);
}

int main(void)
{
    area = mmap(0, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    end = area + 8192;
    mprotect(end, 4096, PROT_NONE);
    static const short sizes[] = { 0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 80, 127, 128, 129, 130, 143,
        144, 160, 191, 192, 193, 250, 256, 257, 511, 1000, 2048 };
    for (int i = 0; i < 8192; i++)
        area[i] = model[i] = next() >> 7;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t n = sizes[i];
        for (int round = 0; round < 6; round++) {
            size_t from = 300 + next() % 70, apart = next() % (n + 20);
            move_blocks(n, from + apart, from);
            move_blocks(n, from - (apart < 200 ? apart : 200), from);
            move_blocks(n, 8192 - n, from);
            move_blocks(n, from, 8192 - n);
            size_t at = next() % 64;
            memset(area + at, next(), n);
            for (size_t j = 0; j < n; j++)
                model[at + j] = state;
            check_area("memset", n, at);
        }
    }
    for (size_t n = 0; n < 150; n++) {
        search(n);
        compare(n);
    }
    search(5000);
    compare(3000);
    // Called through pointers, which must mean the same function on every ISA.
    void *(*volatile copy)(void *, const void *, size_t) = memcpy;
    size_t (*volatile length)(const char *) = strlen;
    char text[32];
    copy(text, "all as specified", 17);
    printf("%s, %zu\n", text, length(text));
    return 0;
}

// flags: -O2 -fno-unroll-loops
// Counted loops of every shape the compiler splits into chunks: up and down, signed, unsigned and by pointer, exact and by
// order, tested before and after the step, with other exits, from constants and from values, next to where they wrap.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t hash;
static unsigned char bytes[70000];

static void mix(const char *name, uint64_t value)
{
    hash = (hash ^ value) * 1099511628211u;
    printf("%s %llu\n", name, (unsigned long long)value);
}

__attribute__((noinline)) static uint64_t up_signed(int from, int to, int step1)
{
    uint64_t sum = 1;
    for (int i = from; i < to; i += 1)
        sum = sum * 31 + (i ^ step1);
    return sum;
}

__attribute__((noinline)) static uint64_t up_unsigned_by_three(unsigned from, unsigned to)
{
    uint64_t sum = 1;
    for (unsigned i = from; i < to; i += 3)
        sum = sum * 33 + i;
    return sum;
}

__attribute__((noinline)) static uint64_t down_signed(long from, long to)
{
    uint64_t sum = 1;
    for (long i = from; i > to; i--)
        sum = sum * 37 ^ i;
    return sum;
}

__attribute__((noinline)) static uint64_t down_unsigned(unsigned n)
{
    uint64_t sum = 1;
    while (n-- > 0)
        sum = sum * 41 + n;
    return sum;
}

__attribute__((noinline)) static uint64_t down_through(unsigned n)
{
    uint64_t sum = 1;
    for (unsigned i = n; i >= 5; i--)
        sum = sum * 43 + i;
    return sum;
}

__attribute__((noinline)) static uint64_t do_once(int from, int to)
{
    uint64_t sum = 1;
    int i = from;
    do
        sum = sum * 47 + i;
    while (++i < to);
    return sum;
}

__attribute__((noinline)) static uint64_t wrapping(unsigned from, unsigned to)
{
    uint64_t sum = 1;
    for (unsigned i = from; i != to; i++)
        sum = sum * 53 + i;
    return sum;
}

__attribute__((noinline)) static uint64_t by_pointer(const unsigned char *at, const unsigned char *end)
{
    uint64_t sum = 1;
    for (; at < end; at++)
        sum = sum * 59 + *at;
    return sum;
}

__attribute__((noinline)) static uint64_t by_pointer_down(const unsigned char *from, const unsigned char *at)
{
    uint64_t sum = 1;
    while (at > from)
        sum = sum * 61 + *--at;
    return sum;
}

__attribute__((noinline)) static uint64_t until_found(const unsigned char *at, int n, unsigned char wanted)
{
    uint64_t sum = 1;
    for (int i = 0; i < n; i++) {
        if (at[i] == wanted)
            return sum + i * 1000003ull;
        sum = sum * 67 + at[i];
    }
    return sum;
}

__attribute__((noinline)) static uint64_t until_found_or_at_the_end(
    const unsigned char *at, const unsigned char *end, unsigned char wanted)
{
    uint64_t sum = 1;
    for (;;) {
        unsigned char here = *at++;
        // The loop's own test is used behind its other exit.
        _Bool more = at < end;
        if (here == wanted)
            return sum * 2 + more;
        sum = sum * 79 + here;
        if (!more)
            return sum * 3;
    }
}

__attribute__((noinline)) static uint64_t nested(int rows, int columns)
{
    uint64_t sum = 1;
    for (int i = 0; i < rows; i++)
        for (int j = i; j < columns; j++) {
            if ((i ^ j) % 5 == 0)
                continue;
            sum = sum * 71 + i * j;
        }
    return sum;
}

__attribute__((noinline)) static uint64_t growing(int n)
{
    uint64_t sum = 1;
    for (int i = 0; i < n; i++) {
        sum = sum * 73 + i;
        if (sum % 4096 == 0)
            n += 2;
    }
    return sum;
}

__attribute__((noinline)) static double floats(int n, double a, float b)
{
    double sum = 0;
    for (int i = 1; i < n; i++) {
        sum += a / i;
        a = a * 0.999 + b;
        b = -b;
    }
    return sum;
}

__attribute__((noinline)) static uint64_t calling(int n)
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += up_signed(i, i + i % 7, n);
    return sum;
}

int main(void)
{
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (i * 7 + i / 300) % 251;
    const int lengths[] = { 0, 1, 2, 500, 511, 512, 513, 1023, 1024, 1025, 5000, 50000 };
    for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
        int n = lengths[k];
        printf("n = %d\n", n);
        mix("up_signed", up_signed(0, n, 3));
        mix("up_signed", up_signed(-n, n, 4));
        mix("up_signed", up_signed(INT_MAX - n, INT_MAX, 5));
        mix("up_signed", up_signed(INT_MIN, INT_MIN + n, 6));
        mix("up_signed", up_signed(n, -5, 7));
        mix("up_unsigned_by_three", up_unsigned_by_three(7, n));
        mix("up_unsigned_by_three", up_unsigned_by_three(UINT_MAX - 3 - n, UINT_MAX - 3));
        mix("down_signed", down_signed(n, -n));
        mix("down_signed", down_signed(-n, n));
        mix("down_unsigned", down_unsigned(n));
        mix("down_through", down_through(n));
        mix("do_once", do_once(n, 3));
        mix("do_once", do_once(-4, n));
        mix("wrapping", wrapping(UINT_MAX - n / 2, n / 2));
        mix("wrapping", wrapping(n, 2 * n));
        mix("by_pointer", by_pointer(bytes, bytes + n));
        mix("by_pointer_down", by_pointer_down(bytes + 5, bytes + 5 + n));
        mix("until_found", until_found(bytes, n, 250));
        mix("until_found", until_found(bytes + 9, n, 251));
        mix("until_found_or_at_the_end", until_found_or_at_the_end(bytes, bytes + n, 250));
        mix("until_found_or_at_the_end", until_found_or_at_the_end(bytes, bytes + n + 1, bytes[n]));
        mix("until_found_or_at_the_end", until_found_or_at_the_end(bytes + 9, bytes + 9 + n, 251));
        mix("nested", nested(n % 90, n));
        mix("growing", growing(n));
        mix("calling", calling(n / 8));
        printf("floats %.9f\n", floats(n, 1.5, 0.25f));
    }
    printf("%llu\n", (unsigned long long)hash);
    return 0;
}

// flags: -O2
// Structs by value and returned, bit-fields, unions, __int128, _Complex, atomics, vectors, thread-local variables.
#include <complex.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>

struct pair { int a; double b; };
struct large { long v[9]; char tail[3]; };
struct bits { unsigned a : 3, b : 11; int c : 7; unsigned long long d : 40; };
union view { double d; uint64_t u; unsigned char c[8]; };
typedef int v4 __attribute__((vector_size(16)));
typedef double v2 __attribute__((vector_size(16)));

static _Thread_local int counter = 5;
static _Thread_local long long table[8];
static atomic_int hits;
static _Atomic uint64_t wide = 1;

__attribute__((noinline)) static struct pair make(int i) { struct pair p = { i, i * 0.5 }; counter++; return p; }
__attribute__((noinline)) static struct large grow(struct large l, int by)
{
    for (int i = 0; i < 9; i++)
        l.v[i] += by * i;
    l.tail[by % 3]++;
    return l;
}
__attribute__((noinline)) static __int128 power(__int128 base, int n)
{
    __int128 r = 1;
    while (n-- > 0)
        r *= base;
    return r;
}
__attribute__((noinline)) static double complex spin(double complex z, int n)
{
    for (int i = 0; i < n; i++)
        z = z * z / 2 + 0.25 * I;
    return z;
}
__attribute__((noinline)) static v4 mixv(v4 a, v4 b, int n)
{
    for (int i = 0; i < n; i++) {
        a = a * 3 + b;
        b ^= a >> 2;
        atomic_fetch_add(&hits, 1);
    }
    return a + b;
}

int main(void)
{
    double sum = 0;
    struct large l = { { 0 }, "" };
    struct bits b = { 0 };
    v4 v = { 1, 2, 3, 4 };
    v2 w = { 0.5, 1.5 };
    for (int i = 0; i < 15; i++) {
        struct pair p = make(i);
        sum += p.a * p.b;
        l = grow(l, i);
        b.a += (unsigned)i; b.b += 100u; b.c -= 9; b.d = b.d * 7 + (unsigned)i;
        v = mixv(v, (v4){ i, i, 1, 1 }, 3);
        w = w * 1.25 + (v2){ 1, (double)i };
        table[i % 8] += i * counter;
        uint64_t expected = atomic_load(&wide);
        while (!atomic_compare_exchange_weak(&wide, &expected, expected * 3 + 1))
            ;
    }
    union view u = { .d = sum };
    __int128 big = power(-7, 40);
    double complex z = spin(0.3 + 0.4 * I, 12);
    printf("%.3f %ld %ld %d%d%d\n", sum, l.v[1], l.v[8], l.tail[0], l.tail[1], l.tail[2]);
    printf("%u %u %d %llu\n", b.a, b.b, b.c, (unsigned long long)b.d);
    printf("%d %d %d %d %.6f %.6f\n", v[0], v[1], v[2], v[3], w[0], w[1]);
    printf("%016llx %016llx\n", (unsigned long long)(uint64_t)(big >> 64), (unsigned long long)(uint64_t)big);
    printf("%.9f %.9f %llx %d\n", creal(z), cimag(z), (unsigned long long)u.u, u.c[3]);
    printf("%d %lld %lld %d %llu\n", counter, table[1], table[7], atomic_load(&hits), (unsigned long long)atomic_load(&wide));
    return 0;
}

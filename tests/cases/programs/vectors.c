// flags: -O2
// Vectors of 8, 16, 32 and 64 bytes across calls, loops, structs, unions and recursion.
#include <stdint.h>
#include <stdio.h>

#define V(type, bytes) __attribute__((vector_size(bytes))) type
typedef V(int8_t, 8) b8;     typedef V(int8_t, 16) b16;    typedef V(uint8_t, 32) b32;
typedef V(uint16_t, 8) h4;   typedef V(uint16_t, 64) h32;
typedef V(int, 8) w2;        typedef V(unsigned, 16) w4;   typedef V(unsigned, 32) w8;   typedef V(unsigned, 64) w16;
typedef V(long, 16) l2;      typedef V(unsigned long, 32) l4;
typedef V(float, 8) f2;      typedef V(float, 16) f4;      typedef V(float, 32) f8;
typedef V(double, 16) d2;    typedef V(double, 64) d8;

static volatile int keep;
static void pause_(void) { for (int i = 0; i < 6; i++) keep = keep + 1; }

__attribute__((noinline)) static w16 w16_step(w16 a, w8 b, int n)
{
    for (int i = 0; i < n; i++) {
        a = a * 3 + (w16){ b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] };
        b ^= (b << 3) + (unsigned)i;
        pause_();
        a = (a >> 1) | (a << 31);
    }
    return a;
}

__attribute__((noinline)) static d8 d8_step(d8 a, f8 b, int depth)
{
    if (depth == 0)
        return a;
    d8 half = a * 0.5 + (double)b[depth % 8];
    d8 below = d8_step(half, b * 1.25f, depth - 1);
    pause_();
    return below + half;
}

__attribute__((noinline)) static b32 b32_step(b32 a, b8 b, b16 c, h4 d)
{
    b32 r = a + (uint8_t)b[3];
    pause_();
    r ^= (b32){ (uint8_t)c[0], (uint8_t)c[15], (uint8_t)d[0] };
    b32 above = (b32)(r > 100);
    return ((r - 50) & above) | ((r + 3) & ~above);
}

__attribute__((noinline)) static l4 shuffled(l4 a, l2 b)
{
    l4 r = __builtin_shufflevector(a, a, 3, 2, 0, 1);
    pause_();
    return r + __builtin_shufflevector((l4){ (unsigned long)b[0] }, a, 0, 5, 6, 7);
}

struct holder { char c; w8 v; f2 pair; union { w16 w; d8 d; unsigned u[16]; } any; };
__attribute__((noinline)) static struct holder held(struct holder h, int i)
{
    h.v += (unsigned)h.c;
    h.any.w += (unsigned)i;
    pause_();
    h.pair *= (f2){ 1.5f, 0.5f };
    return h;
}

typedef w16 (*w16_function)(w16, w8, int);
static w16_function volatile through = w16_step;

int main(void)
{
    w16 a = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
    w8 b = { 9, 8, 7, 6, 5, 4, 3, 2 };
    d8 d = { 1, 2, 3, 4, 5, 6, 7, 8 };
    f8 f = { 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f, 4 };
    b32 bytes = { 1, 2, 3 };
    l4 longs = { 1, 2, 3, 4 };
    w4 mask = { 0 };
    h32 halves = { 1, 2, 3, 4 };
    f4 floats = { 1, 2, 3, 4 };
    d2 doubles = { 0.25, 0.5 };
    struct holder h = { 3, b, { 1, 2 }, { .w = a } };
    for (int i = 0; i < 5; i++) {
        a = through(a, b, 3);
        b += (w8){ 1, 0, 1 };
        d = d8_step(d, f, 4);
        bytes = b32_step(bytes, (b8){ 1, 2, 3, (int8_t)i }, (b16){ (int8_t)i }, (h4){ (uint16_t)i });
        longs = shuffled(longs, (l2){ i, 2 });
        mask += (w4)(floats < (float)i);
        halves = halves * halves + 7;
        floats = floats * 1.5f - (f4){ 1, 0.5f, 0, (float)i };
        doubles = doubles / 3 + __builtin_convertvector((w2){ i, -i }, V(double, 16));
        h = held(h, i);
        printf("%u %u %.9g %.9g %d %d %lu %lu\n", a[0], a[15], d[0], d[7], bytes[0], bytes[31], longs[0], longs[3]);
    }
    printf("%u %u %d %d %.9g %.9g %.17g %.17g\n", mask[0], mask[3], halves[3], halves[31], (double)floats[0],
        (double)floats[3], doubles[0], doubles[1]);
    printf("%u %u %g %g %u\n", h.v[0], h.v[7], (double)h.pair[0], (double)h.pair[1], h.any.u[15]);
    return 0;
}

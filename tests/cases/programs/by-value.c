// flags: -O2
// Structs and unions of every size by value and returned, through pointers and recursion; bit-fields, packed and aligned.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SIZES(X) X(1) X(2) X(3) X(4) X(5) X(7) X(8) X(9) X(12) X(15) X(16) X(17) X(24) X(31) X(32) X(33) X(64) X(200)
#define DECLARE(n) struct b##n { unsigned char c[n]; }; \
    __attribute__((noinline)) static struct b##n turn##n(int before, struct b##n v, double between, struct b##n w) \
    { \
        for (int i = 0; i < n; i++) \
            v.c[i] = (unsigned char)(v.c[i] * 3 + w.c[n - 1 - i] + before + (int)between); \
        return v; \
    }
SIZES(DECLARE)

struct f1 { float a; };
struct f2 { float a, b; };
struct f4 { float a, b, c, d; };
struct d3 { double a, b, c; };
struct q1 { long double q; };
struct q2 { long double p, q; };
struct nested { struct f2 f; struct { char c; short s; } in; union { int i; float f; } u; };
struct empty { };
struct flexible { int n; char tail[]; };
struct packed { char c; int i; double d; short s[3]; } __attribute__((packed));
struct aligned { char c; _Alignas(64) int i; };
struct bits { int a : 5; unsigned b : 17; long long c : 45; _Bool d : 1; signed char e : 3; unsigned : 0; unsigned f : 32; };
struct packed_bits { unsigned a : 3; unsigned long long b : 61; unsigned c : 20; } __attribute__((packed));
struct packed_float { unsigned a : 10; float b; } __attribute__((packed));
struct packed_pair { short a : 9; double b; } __attribute__((packed));

__attribute__((noinline)) static struct f4 mix4(struct f4 a, struct f1 b, struct f2 c)
{
    return (struct f4){ a.a + b.a, a.b * c.a, a.c - c.b, a.d / 2 };
}
__attribute__((noinline)) static struct d3 mix3(struct d3 a, struct q1 q) { a.b += (double)q.q; a.c *= 1.5; return a; }
__attribute__((noinline)) static struct q2 mixq(struct q2 a, struct empty e, struct q1 b)
{
    (void)e;
    a.p = a.p * b.q + 0.125L;
    a.q -= a.p;
    return a;
}
__attribute__((noinline)) static struct nested mixn(struct nested n, int depth)
{
    if (depth == 0)
        return n;
    n.in.c++;
    n.in.s = (short)(n.in.s * 3 + n.in.c);
    n.u.i ^= depth;
    n.f.b += n.f.a;
    struct nested below = mixn(n, depth - 1);
    below.f.a += 0.5f;
    return below;
}
__attribute__((noinline)) static struct packed mixp(struct packed p) { p.i += p.c; p.d *= 2; p.s[1] = p.s[2]; return p; }
__attribute__((noinline)) static struct aligned mixa(struct aligned a) { a.i += (int)((uintptr_t)&a % 64); return a; }
__attribute__((noinline)) static struct bits mixb(struct bits b)
{
    b.a += 3; b.b = b.b * 5 + 1; b.c -= 1LL << 33; b.d = !b.d; b.e++; b.f ^= 0xdeadbeef;
    return b;
}
__attribute__((noinline)) static struct packed_bits mixpb(struct packed_bits b) { b.a++; b.b = b.b * 3 + b.c; b.c += b.a; return b; }
__attribute__((noinline)) static struct packed_float mixpf(struct packed_float f) { f.b = f.b * 2 + f.a; f.a++; return f; }
__attribute__((noinline)) static struct packed_pair mixpp(struct packed_pair f) { f.b -= f.a; f.a--; return f; }

typedef struct d3 (*d3_function)(struct d3, struct q1);
struct table { d3_function f[2]; struct { struct f4 (*g)(struct f4, struct f1, struct f2); } in; };
static const struct table table = { { mix3, mix3 }, { mix4 } };

static unsigned hash;
static void add(const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = hash * 31 + ((const unsigned char *)p)[i];
}

int main(void)
{
    struct f4 f4 = { 1, 2, 3, 4 };
    struct d3 d3 = { 1, 2, 3 };
    struct q2 q2 = { 1, 2 };
    struct nested n = { { 1, 2 }, { 3, 4 }, { 5 } };
    struct packed p = { 1, 2, 3, { 4, 5, 6 } };
    struct aligned a = { 1, 2 };
    struct bits b = { 0 };
    struct packed_bits pb = { 1, 2, 3 };
    struct packed_float pf = { 7, 1.5f };
    struct packed_pair pp = { 7, 2.5 };
#define VARIABLE(n) struct b##n v##n; memset(&v##n, n, sizeof v##n);
    SIZES(VARIABLE)
    for (int i = 0; i < 7; i++) {
        f4 = table.in.g(f4, (struct f1){ (float)i }, (struct f2){ 0.5f, 0.25f });
        d3 = table.f[i % 2](d3, (struct q1){ i / 4.0L });
        q2 = mixq(q2, (struct empty){ }, (struct q1){ 0.5L });
        n = mixn(n, i);
        p = mixp(p);
        a = mixa(a);
        b = mixb(b);
        pb = mixpb(pb);
        pf = mixpf(pf);
        pp = mixpp(pp);
#define CALL(n) v##n = turn##n(i, v##n, 2.5, (struct b##n){ { 7 } }); add(&v##n, n);
        SIZES(CALL)
    }
    printf("%08x %zu %zu %zu\n", hash, sizeof(struct bits), sizeof(struct packed_bits), sizeof(struct flexible));
    printf("%g %g %g %g  %g %g %g  %.15Lg %.15Lg\n", f4.a, f4.b, f4.c, f4.d, d3.a, d3.b, d3.c, q2.p, q2.q);
    printf("%g %g %d %d %d  %d %g %d  %d\n", n.f.a, n.f.b, n.in.c, n.in.s, n.u.i, p.i, p.d, p.s[1], a.i);
    printf("%d %u %lld %d %d %u  %u %llu %u\n", b.a, b.b, (long long)b.c, b.d, b.e, b.f, pb.a, (unsigned long long)pb.b, pb.c);
    printf("%d %g %d %g\n", pf.a, pf.b, pp.a, pp.b);
    return 0;
}

// flags: -O2
// Variable arguments of every kind of type, and every way of handing a va_list on.
#include <complex.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

typedef int v2i __attribute__((vector_size(8)));
typedef int v4i __attribute__((vector_size(16)));
typedef int v8i __attribute__((vector_size(32)));
struct c1 { char c; };
struct c3 { char c[3]; };
struct s8 { int a; float b; };
struct s12 { int a, b, c; };
struct s16 { double x, y; };
struct s17 { char c[17]; };
struct s40 { long v[5]; };
struct mix { float f; long l; };
struct one { double d; };
struct a32 { long v[4]; } __attribute__((aligned(32)));
union u { long l; double d; };
enum e { E1 = 7, E2 = -9 };
typedef long (*function)(long);

static long twice(long x) { return 2 * x; }
static long next(long x) { return x + 1; }

static double take(char kind, va_list *ap)
{
    switch (kind) {
    case 'i': return va_arg(*ap, int);
    case 'u': return va_arg(*ap, unsigned);
    case 'l': return (double)va_arg(*ap, long);
    case 'L': return (double)va_arg(*ap, long long);
    case 'd': return va_arg(*ap, double);
    case 'q': return (double)(va_arg(*ap, long double) * 4);
    case 'x': return (double)(long)(va_arg(*ap, __int128) >> 70);
    case 's': return (double)strlen(va_arg(*ap, char *));
    case 'f': return (double)va_arg(*ap, function)(20);
    case 'e': return va_arg(*ap, enum e);
    case '1': { struct c1 v = va_arg(*ap, struct c1); return v.c; }
    case '3': { struct c3 v = va_arg(*ap, struct c3); return v.c[0] + v.c[2]; }
    case '8': { struct s8 v = va_arg(*ap, struct s8); return v.a + v.b; }
    case '2': { struct s12 v = va_arg(*ap, struct s12); return v.a + v.b * 2 + v.c * 3; }
    case '6': { struct s16 v = va_arg(*ap, struct s16); return v.x - v.y; }
    case '7': { struct s17 v = va_arg(*ap, struct s17); return v.c[0] + v.c[16]; }
    case '4': { struct s40 v = va_arg(*ap, struct s40); return (double)(v.v[0] * v.v[4]); }
    case 'm': { struct mix v = va_arg(*ap, struct mix); return v.f + (double)v.l; }
    case 'o': return va_arg(*ap, struct one).d;
    case 'a': { struct a32 v = va_arg(*ap, struct a32); return (double)v.v[3] + (double)((unsigned long)&v % 32); }
    case 'n': return (double)va_arg(*ap, union u).l;
    case 'c': { float complex z = va_arg(*ap, float complex); return crealf(z) * 2 + cimagf(z); }
    case 'C': { double complex z = va_arg(*ap, double complex); return creal(z) * 2 + cimag(z); }
    case 'Q': { long double complex z = va_arg(*ap, long double complex); return (double)(creall(z) * 2 + cimagl(z)); }
    case 'v': { v2i v = va_arg(*ap, v2i); return v[0] + v[1]; }
    case 'V': { v4i v = va_arg(*ap, v4i); return v[0] + v[3]; }
    case 'W': { v8i v = va_arg(*ap, v8i); return v[0] + v[7]; }
    }
    return -1;
}

/* A va_list inside a struct, on its way through a function that does not know it is one. */
struct reader { const char *kinds; va_list list; double sum; };
static void step(struct reader *r)
{
    r->sum = r->sum * 1.0625 + take(*r->kinds++, &r->list);
}

static double all(const char *kinds, ...)
{
    struct reader r = { .kinds = kinds };
    va_start(r.list, kinds);
    while (*r.kinds)
        step(&r);
    va_end(r.list);
    return r.sum;
}

static double thrice(const char *kinds, ...)
{
    va_list first, second, third;
    double sum = 0;
    va_start(first, kinds);
    va_copy(second, first);
    for (const char *k = kinds; *k; k++) {
        if (k - kinds == 2)
            va_copy(third, second);
        sum += take(*k, &first);
        sum += take(*k, &second);
    }
    for (const char *k = kinds + 2; *k; k++)
        sum += take(*k, &third);
    va_end(first);
    va_end(second);
    va_end(third);
    return sum;
}

static int format(char *to, size_t size, const char *how, ...)
{
    va_list ap, again;
    va_start(ap, how);
    va_copy(again, ap);
    int wanted = vsnprintf(NULL, 0, how, again), made = vsnprintf(to, size, how, ap);
    va_end(again);
    va_end(ap);
    return wanted == made ? made : -1;
}

static int scan(const char *text, const char *how, ...)
{
    va_list ap;
    va_start(ap, how);
    int n = vsscanf(text, how, ap);
    va_end(ap);
    return n;
}

static void say(const char *how, ...)
{
    va_list ap;
    va_start(ap, how);
    vprintf(how, ap);
    va_end(ap);
}

static double nothing(int last, ...) { return last; }

int main(void)
{
    double total = 0;
    for (int i = 0; i < 6; i++) {
        struct c1 c1 = { (char)i };
        struct c3 c3 = { { (char)i, 2, 3 } };
        struct s8 s8 = { i, 0.5f };
        struct s12 s12 = { i, 5, 6 };
        struct s16 s16 = { i * 0.25, 3 };
        struct s17 s17 = { { (char)i } };
        struct s40 s40 = { { 3, 0, 0, 0, i } };
        struct mix mix = { 1.5f, 100 + i };
        struct one one = { i / 8.0 };
        struct a32 a32 = { { 0, 0, 0, i } };
        union u u = { .l = 77 + i };
        s17.c[16] = 9;
        total += all("iulLdqxsfe", i, 4000000000u, -5L, 1LL << 40, 0.75, 2.5L * i, (__int128)i << 72, "four", twice, E2);
        total += all("1328i67d4mo", c1, c3, s12, s8, 4, s16, s17, 1.5, s40, mix, one);
        total += all("iaiqaxanx", 1, a32, 2, 7.0L, a32, (__int128)1 << 80, a32, u, (__int128)-1);
        total += all("cCQcCQ", 1.5f + 2.0f * I, 1.0 - I * i, 3.0L + I, 0.5f * I, (double complex)i, 2.0L * I);
        total += all("ivVWivVW", 1, (v2i){ i, 2 }, (v4i){ i, 0, 0, 4 }, (v8i){ i, 0, 0, 0, 0, 0, 0, 8 }, 9,
            (v2i){ 1, 1 }, (v4i){ 1 }, (v8i){ 2 });
        total += thrice("idsq6f", 3, 0.5, "word", 1.25L, s16, next);
        total += nothing(i) + all("");
        char text[80], word[20];
        int n = format(text, sizeof text, "%d|%s|%.3Lf|%c|%5.2f|%lld|%*d", i, "abc", 1.5L, 'x', 2.25, 1LL << 50, 6, i);
        int a = 0;
        double b = 0;
        int got = scan("12 3.5 word", "%d %lf %19s", &a, &b, word);
        say("%s %d %d %d %.2f %s\n", text, n, got, a, b, word);
    }
    printf("%.6f\n", total);
    return 0;
}

// flags: -O2
// __int128, long double, _Complex of three widths, _Float16: arithmetic, conversions, calls, library functions.
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 i128;
typedef unsigned __int128 u128;

static volatile int keep;
static void pause_(void) { for (int i = 0; i < 5; i++) keep = keep + 1; }

static char *text(u128 v, char *end)
{
    *--end = 0;
    do
        *--end = (char)('0' + (int)(v % 10));
    while (v /= 10);
    return end;
}

__attribute__((noinline)) static i128 many(i128 a, int b, i128 c, char d, i128 e, long f, i128 g, i128 h, short i, i128 j)
{
    pause_();
    i128 r = a + b * c - d;
    pause_();
    return r ^ (e >> (f & 100)) ^ (g * h) ^ (j << i);
}

static u128 factorial(int n)
{
    u128 r = 1;
    while (n > 1) {
        r *= (unsigned)n--;
        pause_();
    }
    return r;
}

static int overflow(int i)
{
    i128 big = (i128)1 << 126;
    int64_t n;
    i128 w;
    int r = __builtin_mul_overflow((int64_t)i << 40, (int64_t)i << 22, &n);
    r += 2 * __builtin_add_overflow(big, big >> (i & 1), &w);
    return r + 4 * __builtin_sub_overflow(-big, big * 2 - i, &w);
}

static long double root(long double x)
{
    long double r = x / 2;
    for (int i = 0; i < 12; i++) {
        r = (r + x / r) / 2;
        pause_();
    }
    return r;
}

static long double complex poly(long double complex z, int n)
{
    long double complex s = 0;
    for (int i = 0; i < n; i++) {
        s = s * z + (i + 0.5L * I);
        pause_();
    }
    return s / (z + 3.0L);
}

__attribute__((noinline)) static float complex small(float complex a, double complex b, int n)
{
    if (n == 0)
        return a;
    float complex r = small(a * (float complex)b, b - 0.125, n - 1);
    pause_();
    return r + conjf(a) / 2;
}

static _Float16 half(_Float16 a, int n)
{
    for (int i = 0; i < n; i++) {
        a = a * (_Float16)1.25 - (_Float16)0.3;
        pause_();
        if (a > (_Float16)1000)
            a /= 7;
    }
    return a;
}

int main(void)
{
    char space[64], *end = space + sizeof space;
    for (int i = 1; i < 35; i += 6) {
        printf("%d! = %s\n", i, text(factorial(i), end));
        i128 m = many((i128)i << 90, -i, 77, 'x', -(i128)i << 100, i, i * 1000000007LL, (i128)-3 << 60, (short)i, ((i128)1 << 80) - 1);
        printf("%016llx%016llx %d\n", (unsigned long long)((u128)m >> 64), (unsigned long long)m, overflow(i));
        printf("%.33Lg %.10Lg %d\n", root(i), sinl(i) * expl(i / 8.0L), (int)lroundl(root(i) * 1000));
        long double complex z = poly(0.25L * i + 0.5L * I, i);
        float complex c = small(1 + 0.5f * I, 0.75 + 0.25 * I, i % 7);
        printf("%.25Lg %.25Lg %.9g %.9g\n", creall(z), cimagl(z), (double)crealf(c), (double)cimagf(c));
        float complex quotient = (i + 0.5f * I) / (c + 2.0f);
        double complex other = (i - 2.5 * I) / (i * 1e200 + 3e200 * I), undefined = (i + 0.0 * I) / (0.0 * I);
        double complex product = (INFINITY + I * i) * (i + 2.0 * I);
        printf("%.6g %.6g %.13g %.13g %g %g\n", (double)crealf(quotient), (double)cimagf(quotient), creal(other) * 1e200,
            cimag(other) * 1e200, creal(undefined), fabs(creal(product)));
        printf("%.9g %.9g\n", (double)half((_Float16)i, i), (double)(_Float16)(1.0 / i));
        u128 q = ((u128)0xfedcba9876543210 << 64) / (unsigned)i;
        i128 s = -((i128)1 << 120) / (i * 1000003);
        printf("%s %.17g %.17g %.30Lg %lld\n", text(q, end), (double)q, (double)s, (long double)s, (long long)(s % 1000));
        printf("%.14g %lld %llu %.33Lg\n", cabs(csqrt(-i + 2.0 * I)), (long long)(i128)(i * -1e15),
            (unsigned long long)(u128)(i * 3.7e17L), strtold("1.18973149535723176508575932662800702e+300", NULL) * i);
        long double parts;
        double fraction = (double)modfl(i / 3.0L, &parts);
        int exponent;
        printf("%.17g %.3Lf %.6Lf %d %.10Lg\n", fraction, parts, frexpl(i * 1e30L, &exponent), exponent, fmal(i, 1e-20L, 1));
    }
    return 0;
}

// flags: -O2
// float, double and long double (IEEE quad) values live across calls, returned, passed and stored.
#include <stdio.h>
#include <math.h>

__attribute__((noinline)) static long double quad_step(long double x, int n)
{
    long double r = x;
    for (int i = 1; i <= n; i++)
        r = r * x / i + 0.125L;
    return r;
}

__attribute__((noinline)) static double newton(double x, float start, int steps)
{
    double guess = start;
    while (steps-- > 0)
        guess = 0.5 * (guess + x / guess);
    return guess;
}

__attribute__((noinline)) static float horner(const float *c, int n, float x)
{
    float r = 0;
    for (int i = n - 1; i >= 0; i--)
        r = r * x + c[i];
    return r;
}

int main(void)
{
    double a = 1.1, b = 2.2, c = 3.3, d = 4.4, e = 5.5, f = 6.6, g = 7.7, h = 8.8, i = 9.9;
    float small[5] = { 0.5f, -1.25f, 2.0f, 0.0625f, 3.5f };
    long double q = 1.0L / 3.0L, total = 0;
    for (int round = 0; round < 12; round++) {
        a = newton(a * b, 1.5f, 6); b += 0.5 * c; c = fabs(d - a) + 1; d = sqrt(e + f * round);
        e = newton(f, 2.0f, 4) * g / h; f = horner(small, 5, (float)(1.0 / (round + 1))); g = f + i; h -= 0.01 * a; i = i + h / 100;
        total += quad_step(q, 5 + round) * (long double)a;
        q = q * 0.75L + 0.01L;
    }
    printf("%.15g %.15g %.15g %.15g %.15g\n", a, b, c, d, e);
    printf("%.15g %.15g %.15g %.15g\n", f, g, h, i);
    printf("%.30Lg %.30Lg\n", total, q);
    printf("%a %La %e\n", a, q, (double)(float)e);
    printf("%.17g %.17g %.17g\n", sin(a) * cos(b), pow(c, 1.7), exp(-d) + log(e + 10));
    return 0;
}
